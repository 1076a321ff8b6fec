"""What a validation found, in one sentence of the log."""

from collections.abc import Mapping


def sentence(
  measured: Mapping[str, float], chosen_by: str, is_best: bool
) -> str:
  """Says of each figure which pictures it was measured on.

  All figures are in `history.json`; these are what one watches.

  Args:
    measured: figures of a validation.
    chosen_by: the one that the best counter is chosen by.
    is_best: whether this counter was kept as the best so far.
  """
  parts = [
    f"source MAE {measured['val_mae']:.1f} of {measured['val_true_count']:.1f} "
    f"people (bias {measured['val_bias']:+.1f})"
  ]
  if "val_orientation_accuracy" in measured:
    parts.append(
      f"orientation {100 * measured['val_orientation_accuracy']:.0f} % right "
      "on held-out target pictures"
    )
  if "val_target_count" in measured:
    parts.append(f"{measured['val_target_count']:.1f} people a target crop")
  if chosen_by != "val_mae":
    name = chosen_by.removeprefix("val_").replace("_", " ")
    parts.append(f"{name} {measured[chosen_by]:.3f}")
  if is_best:
    parts.append("kept as best")
  return "; ".join(parts)
