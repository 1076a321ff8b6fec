"""The table of an evaluation's pictures: written, and read again."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from cdcc_tf.errors import InputError
from cdcc_tf.evaluation import protocols
from cdcc_tf.evaluation.metrics import GAME_LEVELS, ImageResult

FILE_NAME = "pictures.csv"
_LEVELS = [f"game{level}" for level in GAME_LEVELS]
_COLUMNS = (
  *("id", "group", "true", "predicted", "error"),
  *(*_LEVELS, "low_90", "high_90", "familiar"),
)


def table(results: Iterable[ImageResult]) -> str:
  """Returns pictures' figures as CSV."""
  text = io.StringIO()
  rows = csv.writer(text)
  rows.writerow(_COLUMNS)
  for result in results:
    bounds = result.interval or ()
    measured = (result.predicted, result.predicted - result.true, *result.game)
    decimals = [f"{figure:.3f}" for figure in (*measured, *bounds)]
    familiar = [] if result.familiar is None else [int(result.familiar)]
    rows.writerow([result.id, result.group, result.true, *decimals, *familiar])
  return text.getvalue()


def read_all(folders: Sequence[Path], protocol: str) -> dict[str, ImageResult]:
  """Reads what several evaluations counted, by the pictures' ids.

  Raises:
    InputError: see `read`; or two of them counted the same picture; or there
      are some, and the protocol has no groups to average.
  """
  if folders and protocols.PROTOCOLS[protocol] is None:
    raise InputError(
      f"--together_with: --protocol={protocol} has no groups to average. Name "
      "the protocol, e.g. --protocol=ucf_cc_50."
    )
  found: dict[str, ImageResult] = {}
  for folder in folders:
    for result in read(folder):
      if result.id in found:
        raise counted_twice(result.id)
      found[result.id] = result
  return found


def counted_twice(id: str) -> InputError:
  """Says that averages would hold a picture twice."""
  return InputError(
    f"{id}: was counted by two of these counters. Each picture may be in one "
    "evaluation only, e.g. in that of the fold that tests it."
  )


def read(folder: Path) -> list[ImageResult]:
  """Reads what an earlier evaluation counted, to 0.001 of a person.

  Args:
    folder: its output.

  Raises:
    InputError: there is no such table, or it is damaged.
  """
  path = folder / FILE_NAME
  if not path.is_file():
    raise InputError(
      f"{path}: not found, so {folder} is not the output of an evaluation. "
      "Evaluate that counter first."
    )
  results = []
  try:
    with open(path, newline="") as file:
      for row in csv.DictReader(file):
        game = tuple(float(row[level]) for level in _LEVELS)
        true, predicted = int(row["true"]), float(row["predicted"])
        results.append(
          ImageResult(row["id"], true, predicted, game, row["group"])
        )
  except (KeyError, TypeError, ValueError, csv.Error) as error:
    raise InputError(
      f"{path}: no table of counted pictures ({error!r}). Evaluate again."
    ) from error
  if not results:
    raise InputError(f"{path}: has no picture. Evaluate again.")
  return results
