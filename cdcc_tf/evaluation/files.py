"""What an evaluation leaves in its folder, and what it must not replace."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from cdcc_tf.data.records import manifest
from cdcc_tf.errors import InputError
from cdcc_tf.evaluation import results as picture_results
from cdcc_tf.evaluation.metrics import ImageResult
from cdcc_tf.files import write_atomically
from cdcc_tf.visualization import overlays

METRICS = "metrics.json"
_PANEL = "panel_{}.png"


def refuse_foreign(output: Path) -> None:
  """Makes sure that an evaluation replaces nothing but an earlier one's files.

  Args:
    output: folder to be written to; it need not be there.

  Raises:
    InputError: it holds records, whose `pictures.csv` would be lost, or a file
      of that name of somebody else's.
  """
  for path, is_ours in (
    (output / manifest.FILE_NAME, lambda path: False),
    (output / picture_results.FILE_NAME, picture_results.is_table),
    (output / METRICS, _are_metrics),
  ):
    if path.exists() and not is_ours(path):
      raise InputError(
        f"{path}: not of an earlier evaluation, and --output={output} would "
        "mix with it. Choose another --output."
      )


def write(
  output: Path,
  content: Mapping[str, object],
  results: Sequence[ImageResult],
  panels: Sequence[np.ndarray],
) -> None:
  """Writes the figures, the table of pictures, and panels.

  An earlier evaluation's panels go, and the figures come last: where they are,
  all is.

  Args:
    output: folder; made if missing.
    content: of `metrics.json`.
    results: rows of `pictures.csv`.
    panels: uint8 pictures, RGB.
  """
  text = json.dumps(content, indent=1, allow_nan=False)
  for path in output.glob(_PANEL.format("*")):
    if path.stem.removeprefix("panel_").isdigit():
      path.unlink()
  for index, panel in enumerate(panels):
    overlays.save(panel, output / _PANEL.format(index + 1))
  table = picture_results.table(results)
  write_atomically(output / picture_results.FILE_NAME, table)
  write_atomically(output / METRICS, text + "\n")


def _are_metrics(path: Path) -> bool:
  try:
    content = json.loads(path.read_text())
  except (OSError, ValueError):
    return False
  return isinstance(content, dict) and "provenance" in content
