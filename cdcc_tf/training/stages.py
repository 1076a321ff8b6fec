"""The stages of a run: stage 1, then rounds of pseudo-labels."""

import dataclasses

from cdcc_tf.config import ExperimentConfig

STAGE1 = "stage1"


@dataclasses.dataclass(frozen=True)
class Stage:
  """A stretch of training with one loss, one schedule, one optimiser.

  Attributes:
    name: `stage1`, `round1`, …; its folders are named after it.
    round: 0 in stage 1.
    first_step: step of the run at which it begins.
    steps: number of its steps.
    learning_rate: its peak.
  """

  name: str
  round: int
  first_step: int
  steps: int
  learning_rate: float


def plan(config: ExperimentConfig) -> list[Stage]:
  """Lists a run's stages in order."""
  training, rounds = config.training, config.rounds
  stages = [Stage(STAGE1, 0, 0, training.stage1_steps, training.learning_rate)]
  for number in range(1, rounds.rounds + 1):
    first = stages[-1].first_step + stages[-1].steps
    stages.append(
      Stage(
        f"round{number}",
        number,
        first,
        rounds.round_steps,
        rounds.round_learning_rate,
      )
    )
  return stages
