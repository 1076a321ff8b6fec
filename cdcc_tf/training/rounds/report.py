"""A row for every round: what was learned from, and what came of it."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from cdcc_tf.data.images import decode_image
from cdcc_tf.data.pseudo_labels import cache, record
from cdcc_tf.files import write_atomically
from cdcc_tf.runs.folder import RunFolder
from cdcc_tf.training.rounds.label_statistics import Summary
from cdcc_tf.training.stages import Stage
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


def movement(before: list[Path], after: list[Path]) -> float:
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
  folder: RunFolder,
  stage: Stage,
  summary: Summary,
  moved: float | None,
  seconds: float | None,
) -> str:
  """Notes a finished round in `rounds.json`.

  Args:
    folder: of the run.
    stage: the round.
    summary: of its pseudo-labels.
    moved: see `movement`; None in the first round.
    seconds: that labelling took; None if nobody knows.

  Returns:
    The table of all rounds so far, for the terminal.
  """
  rows = [row for row in folder.rows() if row["stage"] == stage.name]
  newest = rows[-1] if rows else {}  # none if its history was deleted
  figures = {name: newest[name] for name in _COLUMNS if name in newest}
  times = {
    "labelling_minutes": None if seconds is None else seconds / 60,
    "minutes": sum(row["seconds"] for row in rows) / 60,
  }
  noted = cache.made_by(folder.pseudo_labels(stage.name))
  seen = {"contrast": noted.get("contrast")}
  return _add(folder, stage, _labels(summary, moved) | seen | times | figures)


def add_stop(
  folder: RunFolder, stage: Stage, summary: Summary, moved: float
) -> None:
  """Notes in `rounds.json` that a run ended before a round, and why.

  Args:
    folder: of the run.
    stage: the round that was not to be.
    summary: of its pseudo-labels.
    moved: see `movement`.
  """
  _add(folder, stage, _labels(summary, moved) | {"stopped": True})


def _labels(summary: Summary, moved: float | None) -> dict[str, Any]:
  people = max(summary.people.sum(), 1e-9)
  return {
    "pictures": len(summary.accepted),
    "kept_cells": float(summary.kept.sum() / summary.cells.sum()),
    "kept_people": float(summary.kept_people.sum() / people),
    "pseudo_people": summary.mass,
    "movement": moved,
  }


def _add(folder: RunFolder, stage: Stage, row: dict[str, Any]) -> str:
  known = [each for each in folder.round_rows() if each["round"] < stage.round]
  known.append({"round": stage.round} | row)
  write_atomically(folder.rounds, json.dumps(known, indent=1) + "\n")
  return table(known)


def draw(
  predict: Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]],
  folder: RunFolder,
  stage: Stage,
  summary: Summary,
) -> None:
  """Draws what a round is about to learn from, in TensorBoard and on disk.

  Args:
    predict: that made the pseudo-labels, see `pseudo_labels.predictor`.
    folder: of the run.
    stage: the round.
    summary: of its pseudo-labels.
  """
  files = [str(file) for file in summary.files]
  accepted = set(summary.accepted)
  rows: list[np.ndarray] = []
  for example in tf.data.TFRecordDataset(files):
    fields = record.parse(example)
    if fields["id"].numpy().decode() not in accepted:
      continue
    image = decode_image(fields["image"])
    deviation = tf.sqrt(predict(image[tf.newaxis])[1])[0]
    rows.append(
      overlays.label_panel(
        image.numpy(),
        fields["density"][..., 0].numpy(),
        deviation.numpy(),
        fields["confidence"][..., 0].numpy() > 0,
      )
    )
    if len(rows) == _PANELS:
      break
  writer = tf.summary.create_file_writer(str(folder.tensorboard))
  panel = np.vstack(rows)
  with writer.as_default(stage.first_step):
    tf.summary.image("panels/pseudo_labels", panel[None])
  writer.close()
  overlays.save(panel, folder.panels / f"{stage.name}_pseudo_labels.png")


def mass_before(folder: RunFolder, stage: Stage) -> float | None:
  """Returns `pseudo_people` of the round before; None if there was none."""
  rows = [row for row in folder.round_rows() if row["round"] == stage.round - 1]
  return rows[0]["pseudo_people"] if rows else None


def has(folder: RunFolder, stage: Stage) -> bool:
  """Tells whether a round's row was noted before the run was last ended."""
  return any(row["round"] == stage.round for row in folder.round_rows())


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
