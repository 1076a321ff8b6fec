"""A row for every round: what it learned from, and what it achieved."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from cdcc_tf.data.images import decode_image
from cdcc_tf.data.pseudo_labels import cache, record
from cdcc_tf.data.pseudo_labels.cache import PseudoLabelSet
from cdcc_tf.files import write_json
from cdcc_tf.training.stage_run import StageRun
from cdcc_tf.visualization import overlays

_PANELS = 3
_COLUMNS = {
  "round": "round",
  "pictures": "pictures",
  "kept_cells": "cells kept",
  "kept_people": "people kept",
  "pseudo_people": "people/picture",
  "movement": "moved",
  "val_mae": "source MAE",
  "val_orientation_accuracy": "flip accuracy",
  "val_target_count": "target count",
  "labelling_minutes": "labelling",
  "minutes": "training",
}


def movement(before: Sequence[Path], after: Sequence[Path]) -> float:
  """Returns how far pseudo-labels moved from one round to the next.

  Args:
    before: shards of one round's cache.
    after: shards of the next one's, of the same pictures in the same order.

  Returns:
    Σ|Δμ̄| over all cells of all pictures, over the people of `before`.
  """
  caches = [
    tf.data.TFRecordDataset([str(file) for file in files]).map(
      lambda example: record.parse(example)["density"]
    )
    for files in (before, after)
  ]
  moved = people = 0.0
  for old, new in tf.data.Dataset.zip(tuple(caches)).as_numpy_iterator():
    moved += float(abs(new - old).sum(dtype="float64"))
    people += float(old.sum(dtype="float64"))
  return moved / max(people, 1e-9)


def add_round(
  run: StageRun,
  labels: PseudoLabelSet,
  moved: float | None,
  seconds: float | None,
) -> str:
  """Adds a finished round to `rounds.json`.

  Args:
    run: the round.
    labels: its pseudo-labels.
    moved: see `movement`; None in the first round.
    seconds: that labelling took; None if it is not known.

  Returns:
    The table of all rounds so far, for the terminal.
  """
  rows = run.rows()
  newest = rows[-1] if rows else {}  # none if its history was deleted
  figures = {name: newest[name] for name in _COLUMNS if name in newest}
  times = {
    "labelling_minutes": None if seconds is None else seconds / 60,
    "minutes": sum(row["seconds"] for row in rows) / 60,
  }
  noted = cache.made_by(run.pseudo_labels)
  seen = {"contrast": noted.get("contrast")}
  return _add(run, _figures(labels, moved) | seen | times | figures)


def add_stop(run: StageRun, labels: PseudoLabelSet, moved: float) -> None:
  """Writes to `rounds.json` that a run ended before a round, and why.

  Args:
    run: the round that was not trained.
    labels: its pseudo-labels.
    moved: see `movement`.
  """
  _add(run, _figures(labels, moved) | {"stopped": True})


def _figures(labels: PseudoLabelSet, moved: float | None) -> dict[str, Any]:
  people = max(labels.people.sum(), 1e-9)
  return {
    "pictures": len(labels.accepted),
    "kept_cells": float(labels.kept.sum() / labels.cells.sum()),
    "kept_people": float(labels.kept_people.sum() / people),
    "pseudo_people": labels.mass,
    "movement": moved,
  }


def _add(run: StageRun, row: dict[str, Any]) -> str:
  number = run.stage.round
  known = [each for each in run.folder.round_rows() if each["round"] < number]
  known.append({"round": number} | row)
  write_json(run.folder.rounds, known)
  return table(known)


def draw(
  predict: Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]],
  run: StageRun,
  labels: PseudoLabelSet,
) -> None:
  """Draws what a round is about to learn from, in TensorBoard and on disk.

  Args:
    predict: made the pseudo-labels; see `labelling.predictor`.
    run: the round.
    labels: its pseudo-labels.
  """
  files = [str(file) for file in labels.files]
  accepted = set(labels.accepted)
  rows: list[np.ndarray] = []
  for example in tf.data.TFRecordDataset(files):
    fields = record.parse(example)
    if fields["id"].numpy().decode() not in accepted:
      continue
    image = decode_image(fields["image"])
    std = tf.sqrt(predict(image[tf.newaxis])[1])[0]
    rows.append(
      overlays.label_panel(
        image.numpy(),
        fields["density"][..., 0].numpy(),
        std.numpy(),
        fields["confidence"][..., 0].numpy() > 0,
      )
    )
    if len(rows) == _PANELS:
      break
  name = f"{run.name}_pseudo_labels"
  run.save_panel("panels/pseudo_labels", np.vstack(rows), run.step(0), name)


def mass_before(run: StageRun) -> float | None:
  """Returns `pseudo_people` of the previous round; None in the first one."""
  before = run.stage.round - 1
  rows = [row for row in run.folder.round_rows() if row["round"] == before]
  return rows[0]["pseudo_people"] if rows else None


def has(run: StageRun) -> bool:
  """Returns whether `rounds.json` has the round's row."""
  rows = run.folder.round_rows()
  return any(row["round"] == run.stage.round for row in rows)


def table(rounds: list[dict[str, Any]]) -> str:
  """Formats the rounds, one a line; what was not measured is a dash."""
  lines = ["  ".join(_COLUMNS.values())]
  for row in rounds:
    values = [row.get(name) for name in _COLUMNS]
    lines.append(
      "  ".join(
        f"{_text(value):>{len(title)}}"
        for value, title in zip(values, _COLUMNS.values(), strict=True)
      )
    )
  return "\n".join(lines)


def _text(value: float | None) -> str:
  if value is None or not math.isfinite(value):
    return "-"
  return str(value) if isinstance(value, int) else f"{value:.3g}"
