"""The labelling pass: a counter labels every real image of a split."""

import dataclasses
import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from cdcc_tf.config import PseudoLabelConfig
from cdcc_tf.data.images import decode_image
from cdcc_tf.data.pseudo_labels.cache import (
  IMAGES_PER_SHARD,
  PseudoLabelSet,
  PseudoLabelWriter,
  finished_shards,
)
from cdcc_tf.data.pseudo_labels.record import PseudoLabel
from cdcc_tf.data.records.dataset import RecordDataset
from cdcc_tf.data.records.manifest import file_sha256
from cdcc_tf.data.records.record import parse
from cdcc_tf.data.regions import cell_shares, decode_region
from cdcc_tf.errors import InputError
from cdcc_tf.models.mask_ensemble import MaskEnsemble
from cdcc_tf.models.sfcn import SFCN
from cdcc_tf.training.rounds import cell_selection
from cdcc_tf.training.rounds.contrast import at_contrast
from cdcc_tf.training.rounds.label_statistics import (
  image_statistics,
  summarise,
  totals,
)
from cdcc_tf.uncertainty import conformal

# Of how cells are chosen; pseudo-labels of other versions are refused.
_VERSION = 4
_PIXELS_AT_ONCE = 2**21  # about two and a half images of 1024 x 768


def fingerprint(counter: SFCN) -> str:
  """Returns a SHA-256 over a counter's weights.

  Not over its file, in which Keras notes the time of saving.
  """
  digest = hashlib.sha256()
  for weight in counter.weights:
    digest.update(np.ascontiguousarray(weight.numpy()).tobytes())
  return digest.hexdigest()


def label(
  counter: SFCN,
  records: RecordDataset,
  split: str,
  held_out: int,
  output: Path,
  options: PseudoLabelConfig,
  contrast: float = 1.0,
) -> PseudoLabelSet:
  """Labels a split of records, or resumes an interrupted pass.

  Args:
    counter: the network whose estimates become labels.
    records: of the target; their points are not read.
    split: of the records.
    held_out: number of first images of the split to leave out.
    output: folder of the pseudo-labels.
    options: how cells are chosen.
    contrast: factor by which the contrast of images is scaled first; see
      `contrast.matching_contrast`.

  Raises:
    InputError: the records are damaged or too few; the folder was made from
      other data or options; or the counter's maps are not finite.
  """
  files, count = records.files(split), records.splits[split]
  if held_out >= count:
    raise InputError(
      f"{records.folder}: has {count} pictures in split {split!r}, and "
      f"--target_held_out={held_out} leaves none to label. Hold out fewer."
    )
  cache = PseudoLabelWriter(
    output,
    {
      "version": _VERSION,
      "counter": fingerprint(counter),
      "precision": counter.dtype_policy.compute_dtype,
      "records": [file_sha256(file) for file in files],
      "held_out": held_out,
      "rule": options.pseudo_rule,
      "keep": options.pseudo_keep,
      "floor": options.pseudo_floor,
      "contrast": contrast,
      "variances": options.pseudo_variances,
    },
  )
  predict = predictor(counter, contrast)
  pictures = tf.data.TFRecordDataset([str(file) for file in files])
  pictures = pictures.skip(held_out)
  per_shard = IMAGES_PER_SHARD
  shards = -(-(count - held_out) // per_shard)
  missing = [index for index in range(shards) if not cache.has(index)]
  with tqdm(
    total=count - held_out,
    desc="pseudo-labels",
    unit="image",
    disable=None,
  ) as bar:
    bar.update(min((shards - len(missing)) * per_shard, count - held_out))
    for index in missing:
      members = pictures.skip(index * per_shard).take(per_shard)
      made = dict(_label_images(members, predict, options))
      cache.write(index, [made[position] for position in sorted(made)])
      bar.update(len(made))
  labels = summarise(
    cache.shards(shards), cache.statistics(shards), options.pseudo_keep_images
  )
  cache.finish(shards, totals(labels))
  finished_shards(output)
  return labels


def predictor(
  counter: SFCN, contrast: float = 1.0
) -> tf.types.experimental.Callable:
  """Returns what labels images.

  Args:
    counter: the network.
    contrast: factor by which each image's contrast is scaled first.

  Returns:
    Traced function of uint8 images [batch, height, width, 3]; returns μ̄ in
    people per cell and the total variance, both
    [batch, ceil(height/8), ceil(width/8)].
  """
  ensemble = MaskEnsemble(counter)

  @tf.function(input_signature=[tf.TensorSpec([None, None, None, 3], tf.uint8)])
  def predict(images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    moments = ensemble(at_contrast(images, contrast))
    return moments.mean[..., 0], moments.total[..., 0]

  return predict


def _label_images(
  members: tf.data.Dataset,
  predict: tf.types.experimental.Callable,
  options: PseudoLabelConfig,
) -> Iterator[tuple[int, PseudoLabel]]:
  """Yields position and pseudo-label, in the order of the batches."""

  def decode(position: tf.Tensor, serialized: tf.Tensor) -> tuple:
    fields = parse(serialized, with_points=False)
    picture = decode_image(fields["image"])
    size = tf.unstack(tf.shape(picture)[:2])
    inside = cell_shares(decode_region(fields["roi"], *size))[..., 0] > 0.5
    return position, fields["id"], fields["image"], inside, picture

  decoded = members.enumerate().map(decode, num_parallel_calls=2).prefetch(4)
  for batch in _batches_of_one_size(decoded.as_numpy_iterator()):
    images = np.stack([picture for *_, picture in batch])
    means, variances = (maps.numpy() for maps in predict(images))
    height, width = images.shape[1:3]
    for (position, name, image, inside, _), mean, variance in zip(
      batch, means, variances, strict=True
    ):
      if not (np.isfinite(mean).all() and np.isfinite(variance).all()):
        raise InputError(
          f"{name.decode()}: the counter's map of it is not finite. Look at "
          "the image; if it is fine, train again with a lower --learning_rate."
        )
      # People outside the region of interest do not count.
      mean, variance = mean * inside, variance * inside
      confident = cell_selection.confident_cells(
        mean, variance, options.pseudo_rule, options.pseudo_keep, inside
      )
      # Near-zero density over empty ground is as confident as the ground.
      density = np.where(mean < options.pseudo_floor, 0, mean)
      made = PseudoLabel(
        id=name.decode(),
        image=image,
        height=height,
        width=width,
        density=density,
        confident=confident,
        uncertainty=conformal.count_uncertainty(np.sqrt(variance)),
        variance=variance if options.pseudo_variances else None,
      )
      figures = image_statistics(made, mean, inside)
      yield int(position), dataclasses.replace(made, statistics=figures)


def _batches_of_one_size(pictures: Iterator[tuple]) -> Iterator[list[tuple]]:
  """Groups images of one size, as many as fit, in the order they fill."""
  pending: dict[tuple[int, int], list[tuple]] = {}
  for picture in pictures:
    height, width = picture[-1].shape[:2]
    group = pending.setdefault((height, width), [])
    group.append(picture)
    if (len(group) + 1) * height * width > _PIXELS_AT_ONCE:
      yield pending.pop((height, width))
  yield from pending.values()
