"""Options of losses, optimiser and schedule."""

import dataclasses

from cdcc_tf.config.option import check, option


@dataclasses.dataclass(frozen=True)
class TrainingConfig:
  """Losses, optimiser and schedule."""

  stage1_steps: int = option(1000, "Training steps of stage 1.")
  stage1_from: str = option(
    "",
    "Run folder whose finished stage 1 is copied instead of training one: to "
    "try out rounds, or to adapt one counter to several places.",
  )
  density_loss: str = option(
    "gaussian",
    "Density loss: Gaussian or Laplace negative log-likelihood with predicted "
    "variance; squared error; or faithful: squared error for the mean, the "
    "likelihood for the variance alone, which learns much faster.",
    ["gaussian", "laplace", "squared", "faithful"],
  )
  beta: float = option(
    0.5, "β of the β-NLL weighting (arXiv 2203.09168); 0 is the plain NLL."
  )
  absolute_weight: float = option(
    0.0,
    "Weight of an absolute error added to --density_loss, per hundredth of a "
    "person: a squared error hardly penalises small densities over empty "
    "ground.",
  )
  orientation_weight: float = option(
    0.1,
    "Weight λ of the orientation loss in the encoder; 0 leaves the target out "
    "of stage 1.",
  )
  orientation_warmup: int = option(
    100,
    "Steps in which only the orientation head learns from its loss, before the "
    "gradient reaches the encoder.",
  )
  orientation_ramp: int = option(
    200, "Steps over which λ then rises from 0 to its full value."
  )
  learning_rate: float = option(1e-4, "Peak learning rate.")
  encoder_rate: float = option(
    1.0,
    "Factor on the encoder's learning rate, in rounds too: a small one keeps "
    "what it learned on ImageNet.",
  )
  warmup_steps: int = option(50, "Steps of linear learning-rate warm-up.")
  decay: str = option(
    "cosine",
    "Learning rate after warm-up: decays to 2 % of its peak (cosine), or stays "
    "constant.",
    ["cosine", "constant"],
  )
  weight_decay: float = option(
    0.0, "AdamW weight decay; --encoder_rate does not reduce it."
  )
  optimizer: str = option("adamw", "Optimiser.", ["adamw", "sgd"])
  gradient_clip_norm: float = option(
    0.0, "Maximum global gradient norm over all replicas; 0 does not clip."
  )
  ema_momentum: float = option(
    0.0,
    "Momentum of the moving average of weights that is validated and saved; 0 "
    "for none.",
  )
  frozen_blocks: int = option(
    0,
    "Number of first VGG16 blocks that keep their initial weights; of a light "
    "encoder, all layers up to stride 2, 4, 8 or 16.",
  )
  precision: str = option(
    "auto",
    "Compute precision; auto is bfloat16 if the processor supports it.",
    ["auto", "float32", "bfloat16"],
  )
  replicas: int = option(
    0,
    "Number of devices to train on: GPUs, or without any, parts of the CPU (to "
    "try out distribution). 0 uses every GPU.",
  )
  checkpoint_every: int = option(
    50, "Steps between checkpoints, from which a run resumes, and logs."
  )
  validate_every: int = option(100, "Steps between validations.")
  select_by: str = option(
    "source",
    "What selects the best checkpoint: the error on the source's validation "
    "split, or how well counts of unlabelled target images agree with counts "
    "of the same images at another scale.",
    ["source", "scale"],
  )
  keep_counters: bool = option(
    False,
    "Keep the counter of every validation, in counters/, to compare ways to "
    "select one (benchmarks.studies.signals).",
  )
  seed: int = option(0, "Seed of initial weights, order and augmentation.")

  def __post_init__(self) -> None:
    """Raises InputError for an option out of range."""
    check(0 <= self.beta <= 1, "beta", "in [0, 1]")
    for name in (
      *("orientation_weight", "orientation_warmup", "orientation_ramp"),
      *("warmup_steps", "weight_decay", "gradient_clip_norm", "replicas"),
      "absolute_weight",
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
