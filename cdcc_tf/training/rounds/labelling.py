"""The labelling pass: a counter over every real picture, into a cache."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from cdcc_tf.config import PseudoLabelConfig
from cdcc_tf.data.density import STRIDE
from cdcc_tf.data.images import decode_image
from cdcc_tf.data.pseudo_labels.cache import (
  IMAGES_PER_SHARD,
  PseudoLabelCache,
  finished_shards,
)
from cdcc_tf.data.pseudo_labels.record import PseudoRecord
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
  Statistics,
  Summary,
  image_statistics,
  summarise,
  totals,
)
from cdcc_tf.uncertainty import conformal

# Of how cells are chosen: another version's cache is another's.
_VERSION = 4
_PIXELS_AT_ONCE = 2**21  # two pictures of 1024 x 768 and a half


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
) -> Summary:
  """Makes a cache of pseudo-labels, or goes on where it was left.

  Args:
    counter: the network whose estimates become labels.
    records: of the target; their points are not read.
    split: of the records.
    held_out: number of first images of the split to leave out.
    output: folder of the cache.
    options: how cells are chosen.
    contrast: at which share of their contrast pictures are looked at, see
      `contrast.contrast_ratio`.

  Raises:
    InputError: the records are damaged or too few, the cache is another's, or
      the counter's maps are not finite.
  """
  files, count = records.files(split), records.splits[split]
  if held_out >= count:
    raise InputError(
      f"{records.folder}: has {count} pictures in split {split!r}, and "
      f"--target_held_out={held_out} leaves none to label. Hold out fewer."
    )
  cache = PseudoLabelCache(
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
      "mirror": options.pseudo_mirror,
      "contrast": contrast,
      "variances": options.pseudo_variances,
    },
  )
  predict = predictor(counter, options.pseudo_mirror, contrast)
  pictures = tf.data.TFRecordDataset([str(file) for file in files])
  pictures = pictures.skip(held_out)
  per_shard = IMAGES_PER_SHARD
  shards = -(-(count - held_out) // per_shard)
  missing = [index for index in range(shards) if not cache.has(index)]
  with tqdm(
    total=count - held_out,
    desc="pseudo-labels",
    unit="picture",
    disable=None,
  ) as bar:
    bar.update(min((shards - len(missing)) * per_shard, count - held_out))
    for index in missing:
      members = pictures.skip(index * per_shard).take(per_shard)
      made = list(_label_images(members, predict, options))
      made.sort(key=lambda each: each[0])
      members_made = [record for _, record, _ in made]
      statistics = [statistic for *_, statistic in made]
      cache.write(index, members_made, statistics)
      bar.update(len(made))
  summary = summarise(
    cache.shards(shards), cache.statistics(shards), options.pseudo_keep_images
  )
  cache.finish(shards, totals(summary))
  finished_shards(output)
  return summary


def predictor(
  counter: SFCN, mirror: bool, contrast: float = 1.0
) -> tf.types.experimental.Callable:
  """Returns what a labelling pass sees in pictures.

  Args:
    counter: the network.
    mirror: whether to look at each picture's mirror image, too.
    contrast: at which share of its contrast.

  Returns:
    Traced function of uint8 pictures [batch, height, width, 3]; gives μ̄ in
    people per cell and the total variance, both
    [batch, ceil(height/8), ceil(width/8)].
  """
  ensemble = MaskEnsemble(counter)

  @tf.function(input_signature=[tf.TensorSpec([None, None, None, 3], tf.uint8)])
  def predict(images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    images = at_contrast(images, contrast)
    moments = ensemble(images)
    if not mirror:
      return moments.mean[..., 0], moments.total[..., 0]
    # The mirror image of whole cells, or its grid would not be the picture's.
    rest = -tf.shape(images)[2] % STRIDE
    whole = tf.pad(images, [[0, 0], [0, 0], [0, rest], [0, 0]], "SYMMETRIC")
    other = ensemble(tf.reverse(whole, [2]))
    mean = tf.reverse(other.mean, [2])
    total = tf.reverse(other.total, [2])
    middle = (moments.mean + mean) / 2
    # Law of total variance once more, over the two looks.
    variance = (moments.total + total) / 2 + (moments.mean - mean) ** 2 / 4
    return middle[..., 0], variance[..., 0]

  return predict


def _label_images(
  members: tf.data.Dataset,
  predict: tf.types.experimental.Callable,
  options: PseudoLabelConfig,
) -> Iterator[tuple[int, PseudoRecord, Statistics]]:
  """Yields position, record and statistics, in the order of the batches."""

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
          "the picture; if it is sound, train again at a lower --learning_rate."
        )
      # Nobody counts outside the region of interest.
      mean, variance = mean * inside, variance * inside
      confident = cell_selection.confident_cells(
        mean, variance, options.pseudo_rule, options.pseudo_keep, inside
      )
      # A thin veil of people over empty ground is no less sure than the ground.
      density = np.where(mean < options.pseudo_floor, 0, mean)
      record = PseudoRecord(
        id=name.decode(),
        image=image,
        height=height,
        width=width,
        density=density,
        confident=confident,
        uncertainty=conformal.count_uncertainty(np.sqrt(variance)),
        variance=variance if options.pseudo_variances else None,
      )
      yield int(position), record, image_statistics(record, mean, inside)


def _batches_of_one_size(pictures: Iterator[tuple]) -> Iterator[list[tuple]]:
  """Groups pictures of one size, as many as fit, in the order they fill."""
  pending: dict[tuple[int, int], list[tuple]] = {}
  for picture in pictures:
    height, width = picture[-1].shape[:2]
    group = pending.setdefault((height, width), [])
    group.append(picture)
    if (len(group) + 1) * height * width > _PIXELS_AT_ONCE:
      yield pending.pop((height, width))
  yield from pending.values()
