"""What must be right before training starts, checked without TensorFlow."""

import json
from pathlib import Path

from cdcc_tf.config import ExperimentConfig
from cdcc_tf.data.records import manifest
from cdcc_tf.errors import InputError
from cdcc_tf.files import write_atomically
from cdcc_tf.runs.folder import RunFolder
from cdcc_tf.training import adopt_stage
from cdcc_tf.training.stages import plan


def check(config: ExperimentConfig, folder: RunFolder) -> None:
  """Checks the data and the options, and takes stage 1 from another run.

  Args:
    config: the experiment.
    folder: of the run.

  Raises:
    InputError: records are missing, or not those that the run began with; a
      source has no validation split; weights do not fit; or the run to take
      stage 1 from does not.
  """
  _check_weights(config)
  _check_validation(config)
  _check_same_data(config, folder)
  adopt_stage.adopt(config, folder, plan(config)[0])


def _check_weights(config: ExperimentConfig) -> None:
  """Refuses weights that cannot fit before they are downloaded.

  Not an option's own check: a network of any width may be built, and its speed
  measured, without ever loading them.
  """
  width = config.model.width
  if config.model.encoder_weights == "imagenet" and width != 1:
    raise InputError(
      f"--encoder_weights must be none, or a file that fits, with "
      f"--width={width:g}: ImageNet's are of width 1. To make the decoders "
      "alone narrower, use --decoder_width."
    )


def _check_validation(config: ExperimentConfig) -> None:
  """Makes sure that every source has pictures to choose a counter by.

  Without them a run would fail after its network is built, or weights loaded.
  """
  for folder in config.data.source_folders:
    if not manifest.load_manifest(folder).pictures.get("val"):
      raise InputError(
        f"{folder}: has no split 'val', by which training chooses the best "
        "counter. Make these records again with --val_fraction=0.1, or more "
        "where there are few pictures."
      )


def _check_same_data(config: ExperimentConfig, folder: RunFolder) -> None:
  """Notes which records a run learns from, or compares with that note.

  Records made anew under the same name would quietly turn a resumed run into
  another one.
  """
  named = (*config.data.source_folders, config.data.target_records)
  record_folders = [name for name in named if name]
  for name in record_folders:
    manifest.load_manifest(name)  # says so if it is not there
  digests = {
    name: manifest.file_sha256(Path(name) / manifest.FILE_NAME)
    for name in record_folders
  }
  if not folder.data.exists():
    write_atomically(folder.data, json.dumps(digests, indent=1) + "\n")
    return
  for name, digest in folder.digests().items():
    if digests.get(name) != digest:
      raise InputError(
        f"{name}: not the records that {folder.path} began with. Bring those "
        "back to resume, or choose another --run."
      )
