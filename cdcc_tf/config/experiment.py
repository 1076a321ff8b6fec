"""A whole experiment: what `config.json` in a run folder holds."""

import dataclasses
import json
from pathlib import Path

from cdcc_tf.config.data import DataConfig
from cdcc_tf.config.model import ModelConfig
from cdcc_tf.config.option import check
from cdcc_tf.config.rounds import PseudoLabelConfig, RoundsConfig
from cdcc_tf.config.training import TrainingConfig
from cdcc_tf.errors import InputError

GROUPS: dict[str, type] = {
  "data": DataConfig,
  "model": ModelConfig,
  "training": TrainingConfig,
  "rounds": RoundsConfig,
  "pseudo": PseudoLabelConfig,
}


@dataclasses.dataclass(frozen=True)
class ExperimentConfig:
  """A whole experiment; what `config.json` in the run folder holds."""

  data: DataConfig = DataConfig()
  model: ModelConfig = ModelConfig()
  training: TrainingConfig = TrainingConfig()
  rounds: RoundsConfig = RoundsConfig()
  pseudo: PseudoLabelConfig = PseudoLabelConfig()

  def __post_init__(self) -> None:
    """Checks options against each other.

    Raises:
      InputError: naming the flag and the remedy.
    """
    data, training, rounds = self.data, self.training, self.rounds
    check(
      not (self.adapts or rounds.rounds) or bool(data.target_records),
      "target_records",
      "given unless --orientation_weight=0 and --rounds=0",
    )
    check(
      training.select_by == "source" or bool(data.target_records),
      "target_records",
      f"given for --select_by={training.select_by}",
    )
    check(
      self.model.encoder_weights != "none" or not training.frozen_blocks,
      "frozen_blocks",
      "0 with --encoder_weights=none: blocks of random weights learn nothing",
    )
    check(
      not training.stage1_from or rounds.rounds > 0,
      "rounds",
      "above 0 with --stage1_from",
    )
    steps = rounds.round_steps
    check(
      not rounds.rounds
      or (steps > 0 and steps % training.checkpoint_every == 0),
      "round_steps",
      "a multiple of --checkpoint_every, and above 0",
    )

  @property
  def adapts(self) -> bool:
    """Whether the target domain takes part in stage 1."""
    return self.training.orientation_weight > 0

  def to_json(self) -> str:
    """Returns the text of `config.json`."""
    return json.dumps(dataclasses.asdict(self), indent=1) + "\n"

  def to_flags(self) -> list[str]:
    """Returns every option as a line of a flag file."""
    return [
      f"--{name}={value}"
      for group in dataclasses.asdict(self).values()
      for name, value in group.items()
    ]

  @classmethod
  def from_json(cls, text: str) -> "ExperimentConfig":
    """Reads the text of `config.json`.

    Raises:
      InputError: it is not such a text.
    """
    try:
      fields = json.loads(text)
      return cls(**{name: GROUPS[name](**fields[name]) for name in GROUPS})
    except (json.JSONDecodeError, KeyError, TypeError) as error:
      raise InputError(
        f"not a configuration of this version: {error}. The version that wrote "
        "it is in environment.json; or train again into another --run."
      ) from error

  def differences(self, other: "ExperimentConfig") -> list[str]:
    """Lists the options in which two experiments differ."""
    mine, others = dataclasses.asdict(self), dataclasses.asdict(other)
    return [
      f"--{name}: {others[group][name]} there, {mine[group][name]} here"
      for group in GROUPS
      for name in mine[group]
      if mine[group][name] != others[group][name]
    ]


def load_config(run: str | Path) -> ExperimentConfig:
  """Reads a run folder's configuration.

  Raises:
    InputError: the folder is not a run.
  """
  path = Path(run) / "config.json"
  if not path.is_file():
    raise InputError(
      f"{path}: not found, so {run} is not a run folder. Train one with: "
      "python -m cdcc_tf.train --run=" + str(run)
    )
  try:
    return ExperimentConfig.from_json(path.read_text(errors="replace"))
  except InputError as error:
    raise InputError(f"{path}: {error}") from error
