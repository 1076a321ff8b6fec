"""Every option of an experiment, once: name, type, default, help, range.

Frozen dataclasses travel through the program; flags exist only in the command,
and become values in `config_flags` and nowhere else.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

from cdcc_tf.errors import InputError


def option(default: Any, help: str, choices: Sequence[str] = ()) -> Any:
  """Declares a field with the help text of its flag."""
  return dataclasses.field(
    default=default, metadata={"help": help, "choices": list(choices)}
  )


def check(holds: bool, name: str, remedy: str) -> None:
  """Refuses an option.

  Args:
    holds: what must be so.
    name: of the option.
    remedy: what follows "must be".

  Raises:
    InputError: it is not so.
  """
  if not holds:
    raise InputError(f"--{name} must be {remedy}.")


@dataclasses.dataclass(frozen=True)
class DataConfig:
  """Where pictures come from and how batches are made of them."""

  source_records: str = option(
    "",
    "Records of the labelled source domain; several with commas between them, "
    "from which pictures are drawn alike.",
  )
  target_records: str = option(
    "", "Records of the unlabelled target domain. Points in them are not read."
  )
  source_batch: int = option(4, "Source crops in a step.")
  target_batch: int = option(
    4, "Target crops in a step; half of them are upside down. Even."
  )
  orientation_source: int = option(
    0,
    "Crops of the source that join the target's in the orientation task; half "
    "of them are upside down. Even.",
  )
  crop: int = option(256, "Side of a training crop in pixels; multiple of 8.")
  scale_min: float = option(
    0.4,
    "Smallest scale of a source crop; larger where that would show more than "
    "its picture.",
  )
  scale_max: float = option(1.2, "Largest scale of a source crop.")
  target_scale_min: float = option(0.4, "Smallest scale of a target crop.")
  target_scale_max: float = option(1.2, "Largest scale of a target crop.")
  colour_strength: float = option(
    0.5, "Strength of colour augmentation in both domains; 0 for none."
  )
  clutter: float = option(
    0.0,
    "Share of source crops that get patches of random texture, in which nobody "
    "stands, pasted over part of them.",
  )
  sigma: float = option(
    14.0, "Standard deviation of a head in the density map, in crop pixels."
  )
  adaptive_sigma: bool = option(
    False,
    "Use the geometry-adaptive deviations that the source's records hold "
    "(data_tools.convert --sigma=adaptive) instead of --sigma.",
  )
  validation_crop: int = option(
    512, "Largest side, in pixels, of the centre crops used for validation."
  )
  validation_pictures: int = option(
    24, "At most so many of the source's pictures in a validation."
  )
  target_held_out: int = option(
    16,
    "Target training pictures kept out of training, to measure the "
    "orientation task on pictures it has not seen. No labels involved.",
  )

  def __post_init__(self) -> None:
    """Raises InputError for an option out of range."""
    for name in ("crop", "validation_crop"):
      side = getattr(self, name)
      check(side > 0 and side % 8 == 0, name, "a multiple of 8")
    for name in ("validation_pictures", "target_held_out"):
      check(getattr(self, name) > 0, name, "at least 1")
    check(self.colour_strength >= 0, "colour_strength", "0 or more")
    check(0 <= self.clutter <= 1, "clutter", "in [0, 1]")
    check(
      self.target_batch > 0 and self.target_batch % 2 == 0,
      "target_batch",
      "even: each crop enters upright and upside down",
    )
    check(
      self.orientation_source >= 0 and self.orientation_source % 2 == 0,
      "orientation_source",
      "0 or more, and even",
    )
    for name in ("", "target_"):
      low = getattr(self, f"{name}scale_min")
      high = getattr(self, f"{name}scale_max")
      check(0 < low <= high, f"{name}scale_min", f"in (0, {high}]")
    check(self.sigma > 0, "sigma", "above 0 pixels")

  @property
  def source_folders(self) -> list[str]:
    """The folders of `source_records`."""
    return self.source_records.split(",")


@dataclasses.dataclass(frozen=True)
class ModelConfig:
  """The network (docs/method.md §2)."""

  encoder: str = option(
    "vgg16",
    "Encoder: the paper's VGG16, or a compact one that learns without ImageNet "
    "weights; see --encoder_weights.",
    ["vgg16", "compact"],
  )
  encoder_weights: str = option(
    "imagenet",
    "Start of the VGG16 encoder: a file (.npz with Keras layer names, or Keras "
    ".h5), 'imagenet' to download Keras' own, or 'none'.",
  )
  width: float = option(1.0, "Multiplies every layer's channels.")
  masks: int = option(3, "Number of Masksembles masks; 1 for none.")
  mask_scale: float = option(2.0, "Masksembles scale: larger overlaps less.")
  spatial_encoder: bool = option(True, "Use the down-up and left-right scans.")
  initializer: str = option(
    "listing",
    "How decoders start: as the paper's listing, or he_normal, which learns "
    "from the first step.",
    ["listing", "he_normal"],
  )
  orientation_grid: int = option(
    8,
    "Side of the grid that features are pooled to before the orientation "
    "classifier (the paper's listing pools to 96x128, larger than the features "
    "of a training crop).",
  )

  def __post_init__(self) -> None:
    """Raises InputError for an option out of range."""
    check(
      self.encoder == "vgg16" or self.encoder_weights == "none",
      "encoder_weights",
      f"none with --encoder={self.encoder}: there are no weights for it",
    )
    check(self.masks >= 1, "masks", "at least 1")
    check(0 < self.width <= 4, "width", "in (0, 4]")
    check(1 <= self.mask_scale <= 6, "mask_scale", "from 1 to 6")
    check(
      self.masks == 1 or 512 * self.width >= 10,
      "width",
      "at least 0.02 with masks: they need 10 channels",
    )
    check(self.orientation_grid >= 1, "orientation_grid", "at least 1")


@dataclasses.dataclass(frozen=True)
class TrainingConfig:
  """Losses, optimiser and schedule."""

  stage1_steps: int = option(1000, "Training steps of stage 1.")
  stage1_from: str = option(
    "",
    "Run folder to take a finished stage 1 from instead of training it: to try "
    "rounds out, or to adapt one counter to several places.",
  )
  density_loss: str = option(
    "gaussian",
    "Density loss: Gaussian or Laplace negative log-likelihood with predicted "
    "variance, or squared error.",
    ["gaussian", "laplace", "squared"],
  )
  beta: float = option(
    0.5, "β of the β-NLL weighting (arXiv 2203.09168); 0 is the plain NLL."
  )
  orientation_weight: float = option(
    0.1,
    "λ of the orientation loss in the encoder; 0 trains on the source only.",
  )
  orientation_warmup: int = option(
    100,
    "Steps in which the orientation head learns alone, its gradient kept from "
    "the encoder.",
  )
  orientation_ramp: int = option(
    200, "Steps over which λ then rises from 0 to its full value."
  )
  learning_rate: float = option(1e-4, "Peak learning rate.")
  encoder_rate: float = option(
    1.0,
    "Fraction of the learning rate, also of a round's, for the encoder: small "
    "to keep what ImageNet taught it.",
  )
  warmup_steps: int = option(50, "Steps of linear learning-rate warm-up.")
  decay: str = option(
    "cosine", "Learning rate after warm-up.", ["cosine", "constant"]
  )
  weight_decay: float = option(
    0.0, "AdamW weight decay, at the full rate in the encoder too."
  )
  optimizer: str = option("adamw", "Optimiser.", ["adamw", "sgd"])
  gradient_clip_norm: float = option(
    0.0, "Clips the global gradient norm, over all replicas; 0 for none."
  )
  ema_momentum: float = option(
    0.0, "Averages weights with this momentum for validation and use; 0: none."
  )
  frozen_blocks: int = option(
    0, "So many first VGG blocks keep their initial weights."
  )
  precision: str = option(
    "auto",
    "Compute precision; auto takes bfloat16 where the processor has it.",
    ["auto", "float32", "bfloat16"],
  )
  replicas: int = option(
    0,
    "Devices to mirror over: GPUs, or, without any, parts of the CPU (to try "
    "distribution out). 0 takes every GPU.",
  )
  checkpoint_every: int = option(
    50, "Steps between checkpoints, logs and chances to resume."
  )
  validate_every: int = option(100, "Steps between validations.")
  select_by: str = option(
    "source",
    "What chooses the best counter: the error on the source's validation "
    "split, or how well counts of unlabelled target pictures agree with those "
    "of their mirror images, of another scale, or between the masks.",
    ["source", "mirror", "scale", "masks"],
  )
  seed: int = option(0, "Seed of initial weights, order and augmentation.")

  def __post_init__(self) -> None:
    """Raises InputError for an option out of range."""
    check(0 <= self.beta <= 1, "beta", "in [0, 1]")
    for name in (
      *("orientation_weight", "orientation_warmup", "orientation_ramp"),
      *("warmup_steps", "weight_decay", "gradient_clip_norm", "replicas"),
    ):
      check(getattr(self, name) >= 0, name, "0 or more")
    check(self.learning_rate > 0, "learning_rate", "above 0")
    check(0 < self.encoder_rate <= 1, "encoder_rate", "in (0, 1]")
    check(0 <= self.ema_momentum < 1, "ema_momentum", "in [0, 1)")
    check(0 <= self.seed < 2**32, "seed", "from 0 to 2^32 - 1")
    check(0 <= self.frozen_blocks <= 4, "frozen_blocks", "0 to 4")
    check(self.checkpoint_every > 0, "checkpoint_every", "at least 1")
    for name in ("validate_every", "stage1_steps"):
      steps = getattr(self, name)
      check(
        steps > 0 and steps % self.checkpoint_every == 0,
        name,
        "a multiple of --checkpoint_every, and above 0",
      )
    check(
      self.optimizer != "sgd" or not self.weight_decay,
      "weight_decay",
      "0 with sgd",
    )


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
    "between two validations of stage 2.",
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
    "density, by σ per person, or by variance alone.",
    ["stratified", "relative", "variance"],
  )
  pseudo_keep: float = option(0.5, "Share of a picture's cells to keep.")
  pseudo_keep_pictures: float = option(
    1.0, "Share of the pictures to keep, those of least σ per person."
  )
  pseudo_mirror: bool = option(
    False, "Look at each picture's mirror image too, as a further witness."
  )
  pseudo_variances: bool = option(
    False, "Keep each cell's variance in the pseudo-labels, to look at."
  )

  def __post_init__(self) -> None:
    """Raises InputError for an option out of range."""
    for name in ("pseudo_keep", "pseudo_keep_pictures"):
      check(0 < getattr(self, name) <= 1, name, "in (0, 1]")
