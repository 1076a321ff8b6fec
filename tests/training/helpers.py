"""Tiny experiments."""

import dataclasses
from pathlib import Path

from cdcc_tf.config import (
  DataConfig,
  ExperimentConfig,
  ModelConfig,
  RoundsConfig,
  TrainingConfig,
)
from cdcc_tf.data.pipeline.domains import Domains
from cdcc_tf.runs.folder import RunFolder
from cdcc_tf.training.stage_run import StageRun
from cdcc_tf.training.stages import Stage


def tiny_experiment(folder: Path) -> ExperimentConfig:
  """Makes an experiment on tiny records."""
  return ExperimentConfig(
    DataConfig(
      source_records=str(folder),
      target_records=str(folder),
      **{"source_batch": 3, "target_batch": 2, "crop": 32, "sigma": 4.0},
      **{"validation_crop": 32, "validation_images": 2},
      target_held_out=2,
    ),
    ModelConfig(
      encoder_weights="none",
      spatial_encoder=False,  # tracing its scans takes longer than the rest
      **{"width": 0.05, "initializer": "he_normal", "orientation_grid": 2},
    ),
    TrainingConfig(
      **{"stage1_steps": 4, "checkpoint_every": 2, "validate_every": 2},
      **{"orientation_warmup": 1, "orientation_ramp": 1},
      **{"ema_momentum": 0.5, "precision": "float32"},
      optimizer="sgd",  # AdamW takes longer to trace; commands' tests use it
    ),
    RoundsConfig(rounds=0, round_steps=2),
  )


def stage_run(
  folder: Path, stage: Stage, config: ExperimentConfig | None = None
) -> StageRun:
  """Makes a stage of a run that reads no records."""
  config = config or tiny_experiment(folder)
  return StageRun(config, RunFolder(folder), stage, Domains(()))


def with_training(config: ExperimentConfig, **options) -> ExperimentConfig:
  return dataclasses.replace(
    config, training=dataclasses.replace(config.training, **options)
  )


def with_rounds(config: ExperimentConfig, **options) -> ExperimentConfig:
  return dataclasses.replace(
    config, rounds=dataclasses.replace(config.rounds, **options)
  )
