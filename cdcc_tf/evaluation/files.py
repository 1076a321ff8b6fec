"""What an evaluation leaves in its folder, and what it must not replace."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from cdcc_tf.data.records import manifest
from cdcc_tf.evaluation import results as picture_results
from cdcc_tf.evaluation.metrics import ImageResult
from cdcc_tf.output_folder import OutputFolder
from cdcc_tf.visualization import overlays

METRICS = "metrics.json"
_PANEL = "panel_{}.png"


def folder_for(output: Path) -> OutputFolder:
  """Returns the folder for an evaluation's files.

  Args:
    output: its path; it need not be there.

  Raises:
    InputError: it holds records, with which figures would mix, or a file of the
      user's would be replaced.
  """
  inside_run = (
    output.parent.name == "evaluation"
    and (output.parent.parent / "config.json").is_file()
  )
  folder = OutputFolder(output, all_ours=inside_run)
  names = (manifest.FILE_NAME, METRICS, picture_results.FILE_NAME)
  folder.refuse_others(names)
  return folder


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
  folder = folder_for(output)
  folder.remove(
    path.name
    for path in output.glob(_PANEL.format("*"))
    if path.stem.removeprefix("panel_").isdigit()
  )
  for index, panel in enumerate(panels):
    folder.write(_PANEL.format(index + 1), overlays.encoded(panel))
  folder.write(picture_results.FILE_NAME, picture_results.table(results))
  folder.write(METRICS, text + "\n")
