"""What synthetic pictures are to be like: a folder of pictures, or records."""

from pathlib import Path

import cv2
import numpy as np

from cdcc_tf.data import manifest
from cdcc_tf.errors import InputError
from data_tools.synthesis.look import MOST_PICTURES, Look, looks_among, looks_of


def looks_like(folder: Path) -> tuple[Look, ...]:
  """Measures pictures of a folder, or those of records; labels are not read.

  Raises:
    InputError: there is no picture that can be read, or records are damaged.
  """
  if not (folder / manifest.FILE_NAME).exists():
    return looks_of(folder)
  from cdcc_tf.data import reading  # TensorFlow, which folders can do without

  pictures = manifest.load_manifest(folder).pictures
  step = -(-sum(pictures.values()) // MOST_PICTURES)
  records = (
    record
    for split in pictures
    for record in reading.read_records(folder, split)
  )
  looks = looks_among(
    cv2.imdecode(np.frombuffer(record.image, np.uint8), cv2.IMREAD_COLOR)
    for number, record in enumerate(records)
    if number % step == 0
  )
  if not looks:
    raise InputError(f"--like={folder}: records without a picture of use.")
  return looks
