"""Options of stage 2."""

import dataclasses

from cdcc_tf.config.option import check, option


@dataclasses.dataclass(frozen=True)
class RoundsConfig:
  """Stage 2: rounds of learning from both domains."""

  rounds: int = option(3, "Rounds of pseudo-labels after stage 1; 0 for none.")
  round_steps: int = option(200, "Training steps per round.")
  round_learning_rate: float = option(1e-4, "Peak learning rate of a round.")
  pseudo_weight: float = option(
    1.0,
    "Weight λ of the pseudo-label loss; 0 makes no pseudo-labels and continues "
    "on the source alone, as a baseline.",
  )
  stop_movement: float = option(
    0.0,
    "Stop when new pseudo-labels differ from those of the last round by less "
    "than this share of their people; 0 runs every round.",
  )
  drift_alarm: float = option(
    0.3,
    "Warn if the mean count of target images changes by more than this share "
    "between two validations of stage 2, or that of pseudo-labels between two "
    "rounds.",
  )

  def __post_init__(self) -> None:
    """Raises InputError for an option out of range."""
    for name in ("rounds", "pseudo_weight", "stop_movement", "drift_alarm"):
      check(getattr(self, name) >= 0, name, "0 or more")
    check(self.round_learning_rate > 0, "round_learning_rate", "above 0")


@dataclasses.dataclass(frozen=True)
class PseudoLabelConfig:
  """Which predictions for the target become pseudo-labels."""

  pseudo_rule: str = option(
    "stratified",
    "Which cells are kept: the least uncertain in each band of predicted "
    "density (stratified), or of all cells (variance), which keeps mostly "
    "empty ground.",
    ["stratified", "variance"],
  )
  pseudo_keep: float = option(0.5, "Share of an image's cells to keep.")
  pseudo_keep_images: float = option(
    1.0,
    "Share of the images to keep: those with the least uncertainty for their "
    "count.",
  )
  pseudo_floor: float = option(
    0.0,
    "Cells with fewer predicted people than this are set to zero. A single "
    "head peaks at 0.16 people per cell with --sigma=8; cells below 0.01 hold "
    "6 % of it.",
  )
  pseudo_match_contrast: bool = option(
    False,
    "In the first round, label target images at the source's contrast if the "
    "two differ by more than a quarter. Needs no labels. Later counters know "
    "the target's contrast. On ShanghaiTech A the error fell from 150 people "
    "to 84.",
  )
  pseudo_variances: bool = option(
    False, "Store each cell's variance with the pseudo-labels, for inspection."
  )

  def __post_init__(self) -> None:
    """Raises InputError for an option out of range."""
    for name in ("pseudo_keep", "pseudo_keep_images"):
      check(0 < getattr(self, name) <= 1, name, "in (0, 1]")
    check(self.pseudo_floor >= 0, "pseudo_floor", "0 or more")
