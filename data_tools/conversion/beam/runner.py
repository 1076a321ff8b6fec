"""Choosing what runs a conversion as an Apache Beam pipeline."""

import functools
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from cdcc_tf.errors import InputError
from data_tools.common.parallel import cores
from data_tools.conversion.beam import ON_THIS_MACHINE


def loaded(
  runner: str, options: Sequence[str], folder: Path, workers: int | None
) -> Callable[..., None]:
  """Returns `beam_conversion.write_shards` with the runner filled in.

  Beam is imported here and by nothing that runs without it.

  Args:
    runner: Beam's name of it.
    options: `name=value` for it.
    folder: the data set.
    workers: threads of the runner on this machine; None for one on each core.

  Raises:
    InputError: Beam is not installed or has no such runner, an option is none,
      or workers elsewhere would not find the folder.
  """
  try:
    from apache_beam.runners import create_runner

    from data_tools.conversion.beam import pipeline
  except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] != "apache_beam":
      raise
    raise InputError(
      f"--runner={runner}: needs Apache Beam. Install it from the checkout "
      'with: pip install -e ".[beam]", or leave --runner out.'
    ) from error
  for option in options:
    if not re.fullmatch(r"\w+(=.*)?", option):
      raise InputError(
        f"--runner_options: {option!r} is no option; give name=value, without "
        "hyphens before it."
      )
  given = [f"--{option}" for option in options]
  if runner == ON_THIS_MACHINE:
    # The first of two counts for nothing: what the user gives comes last.
    count = workers or cores()
    mode = "multi_threading" if count > 1 else "in_memory"
    given = [
      f"--direct_num_workers={count}",
      f"--direct_running_mode={mode}",
      *given,
    ]
  else:
    try:
      create_runner(runner)
    except (ImportError, ValueError) as error:
      raise InputError(
        f"--runner={runner}: Beam has none of that name, or lacks what it "
        f"needs ({error})."
      ) from error
    if not folder.is_absolute():
      raise InputError(
        f"--input={folder}: give the whole path, as all workers of {runner} "
        "see it."
      )
  return functools.partial(
    pipeline.write_shards, runner=runner, runner_options=given
  )
