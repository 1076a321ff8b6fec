"""Options of stage 2."""

import dataclasses

from cdcc_tf.config.option import check, option


@dataclasses.dataclass(frozen=True)
class RoundsConfig:
  """Stage 2: rounds of learning from both domains."""

  rounds: int = option(
    3, "Rounds of pseudo-labels after stage 1; 0 stops there."
  )
  round_steps: int = option(200, "Training steps of a round.")
  round_learning_rate: float = option(1e-4, "Peak learning rate of a round.")
  pseudo_weight: float = option(
    1.0,
    "λ of the pseudo-label loss; 0 makes no pseudo-labels and goes on with the "
    "source alone, to compare with.",
  )
  stop_movement: float = option(
    0.0,
    "End stage 2 when new pseudo-labels differ from the last round's by less "
    "than this share of the people in them; 0 runs every round.",
  )
  drift_alarm: float = option(
    0.3,
    "Warn when the people counted in the target change by more than this share "
    "between two validations of stage 2, or those in pseudo-labels between two "
    "rounds.",
  )

  def __post_init__(self) -> None:
    """Raises InputError for an option out of range."""
    for name in ("rounds", "pseudo_weight", "stop_movement", "drift_alarm"):
      check(getattr(self, name) >= 0, name, "0 or more")
    check(self.round_learning_rate > 0, "round_learning_rate", "above 0")


@dataclasses.dataclass(frozen=True)
class PseudoLabelConfig:
  """What a counter's estimates of the target must be to teach it."""

  pseudo_rule: str = option(
    "stratified",
    "Which cells are kept: the least uncertain within bands of predicted "
    "density, or of all, which are those of empty ground.",
    ["stratified", "variance"],
  )
  pseudo_keep: float = option(0.5, "Share of a picture's cells to keep.")
  pseudo_keep_images: float = option(
    1.0,
    "Share of the pictures to keep: those of least uncertainty for the people "
    "in them.",
  )
  pseudo_floor: float = option(
    0.0,
    "People per cell: an estimate below becomes nobody. A head that stands "
    "alone reaches 0.16 at --sigma=8 and has 6 % of itself below 0.01.",
  )
  pseudo_match_contrast: bool = option(
    False,
    "Show the counter that labels the target's pictures at the source's "
    "contrast, which it learned from, if the two differ by more than a "
    "quarter; in the first round, after which it knows the target's. No labels "
    "involved. On ShanghaiTech A it took the error from 150 people to 84.",
  )
  pseudo_variances: bool = option(
    False, "Keep each cell's variance in the pseudo-labels, to look at."
  )

  def __post_init__(self) -> None:
    """Raises InputError for an option out of range."""
    for name in ("pseudo_keep", "pseudo_keep_images"):
      check(0 < getattr(self, name) <= 1, name, "in (0, 1]")
    check(self.pseudo_floor >= 0, "pseudo_floor", "0 or more")
