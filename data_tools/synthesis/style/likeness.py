"""What synthetic pictures are to be like: a folder of pictures, or records."""

from pathlib import Path

from cdcc_tf.data.records import manifest
from cdcc_tf.errors import InputError
from data_tools.synthesis.style.look import (
  MOST_IMAGES,
  Look,
  looks_among,
  looks_of,
)


def looks_like(folder: Path) -> tuple[Look, ...]:
  """Measures pictures of a folder, or the training pictures of records.

  No labels are parsed, and pictures of other splits are not looked at.

  Raises:
    InputError: there is no picture that can be read, or records are damaged or
      without training pictures.
  """
  if not (folder / manifest.FILE_NAME).exists():
    return looks_of(folder)
  from cdcc_tf.data.images import decode_image
  from cdcc_tf.data.records import record
  from cdcc_tf.data.records.dataset import RecordDataset

  dataset = RecordDataset.open(folder)
  if "train" not in dataset.splits:
    splits = ", ".join(sorted(dataset.splits))
    raise InputError(
      f"--like={folder}: only pictures of split 'train' are looked at, and "
      f"these records hold {splits}. Convert again with other split options, "
      "or name a folder of pictures."
    )
  step = -(-dataset.splits["train"] // MOST_IMAGES)
  serialized = dataset.serialized("train").shard(step, 0)  # each `step`-th
  looks = looks_among(
    decode_image(record.parse(example, with_points=False)["image"]).numpy()
    for example in serialized
  )
  if not looks:
    raise InputError(f"--like={folder}: records without a picture of use.")
  return looks
