"""What must be right before training starts, checked without TensorFlow."""

from pathlib import Path

from cdcc_tf.config import ExperimentConfig
from cdcc_tf.data.pipeline.domains import Domains
from cdcc_tf.data.records import manifest
from cdcc_tf.errors import InputError
from cdcc_tf.files import write_json
from cdcc_tf.runs.folder import RunFolder
from cdcc_tf.training import import_stage1
from cdcc_tf.training.stages import plan


def check(config: ExperimentConfig, folder: RunFolder) -> Domains:
  """Checks the data and the options, and takes stage 1 from another run.

  Args:
    config: the experiment.
    folder: of the run.

  Returns:
    The records of both domains, opened.

  Raises:
    InputError: records are missing, or not those that the run began with; a
      source has no validation split; weights do not fit; or the run to take
      stage 1 from does not.
  """
  _check_weights(config)
  domains = Domains.open(config.data)
  _check_validation(domains)
  _check_same_data(config, folder)
  import_stage1.import_stage1(config, folder, plan(config)[0])
  return domains


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


def _check_validation(domains: Domains) -> None:
  """Makes sure that every source has images to choose a checkpoint by.

  Without them a run would fail after its network is built, or weights loaded.
  """
  for dataset in domains.source:
    if not dataset.splits.get("val"):
      raise InputError(
        f"{dataset.folder}: has no split 'val', by which training chooses the "
        "best checkpoint. Make these records again with --val_fraction=0.1, or "
        "more if there are few images."
      )


def _check_same_data(config: ExperimentConfig, folder: RunFolder) -> None:
  """Writes down which records a run learns from, or compares with that.

  Records made again under the same name would silently turn a resumed run into
  another one.
  """
  named = (*config.data.source_folders, config.data.target_records)
  digests = {
    name: manifest.file_sha256(Path(name) / manifest.FILE_NAME)
    for name in named
    if name
  }
  if not folder.data.exists():
    write_json(folder.data, digests)
    return
  for name, digest in folder.digests().items():
    if digests.get(name) != digest:
      raise InputError(
        f"{name}: not the records that {folder.path} began with. Bring those "
        "back to resume, or choose another --run."
      )
