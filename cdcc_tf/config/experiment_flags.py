"""Flags for every option of an experiment, and back."""

import dataclasses
from collections.abc import Sequence
from typing import Any, get_type_hints

from absl import flags

from cdcc_tf.config import GROUPS, ExperimentConfig


def define_flags(
  flag_values: flags.FlagValues = flags.FLAGS,
  groups: Sequence[str] = tuple(GROUPS),
) -> None:
  """Defines a flag for every option, or for those of some groups."""
  define = {
    int: flags.DEFINE_integer,
    float: flags.DEFINE_float,
    bool: flags.DEFINE_bool,
    str: flags.DEFINE_string,
  }
  for config in (GROUPS[group] for group in groups):
    hints = get_type_hints(config)
    for field in dataclasses.fields(config):
      help_text, choices = field.metadata["help"], field.metadata["choices"]
      if choices:
        flags.DEFINE_enum(
          field.name, field.default, choices, help_text, flag_values=flag_values
        )
      else:
        define[hints[field.name]](
          field.name, field.default, help_text, flag_values=flag_values
        )


def from_flags(flag_values: flags.FlagValues = flags.FLAGS) -> ExperimentConfig:
  """Turns parsed flags into an experiment.

  Raises:
    InputError: an option is out of range.
  """
  return ExperimentConfig(
    **{group: group_from_flags(group, flag_values) for group in GROUPS}
  )


def group_from_flags(
  group: str,
  flag_values: flags.FlagValues = flags.FLAGS,
  otherwise: Any = None,
) -> Any:
  """Turns parsed flags into one group of options.

  Args:
    group: its name, e.g. `pseudo`.
    flag_values: parsed flags.
    otherwise: a group whose options stand where a flag was not given; by
      default the flags' own defaults do.
  """
  options = {}
  for field in dataclasses.fields(GROUPS[group]):
    flag = flag_values[field.name]
    given = otherwise is None or flag.present
    options[field.name] = (
      flag.value if given else getattr(otherwise, field.name)
    )
  return GROUPS[group](**options)
