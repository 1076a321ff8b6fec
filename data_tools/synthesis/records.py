"""Labelled pictures of crowds, made and written as records."""

import contextlib
import dataclasses
import hashlib
import json
import logging
import random
from pathlib import Path

from cdcc_tf import __version__
from cdcc_tf.data.records.manifest import Manifest
from cdcc_tf.data.records.staged_folder import StagedFolder
from cdcc_tf.errors import InputError
from data_tools.common.contact_sheet import check_name, write_sheet
from data_tools.common.splits import assign_splits, check_shares
from data_tools.synthesis import sources
from data_tools.synthesis.generate import (
  SHEET_IMAGES,
  Order,
  Picture,
  image_id,
  make_images,
  size_of,
)
from data_tools.synthesis.jpeg_folder import PlainFiles
from data_tools.synthesis.presets import ablations, presets_named

logger = logging.getLogger(__name__)
WIDTH, HEIGHT = 1024, 768  # pixels, where nobody says otherwise
SMALLEST, LARGEST = 32, 8192  # pixels along a side


@dataclasses.dataclass(frozen=True)
class Options:
  """What to do with the pictures of an `Order`; see the flags."""

  output: Path
  pictures: int
  val_fraction: float = 0.1
  dev_every: int = 0
  files: Path | None = None
  contact_sheet: Path | None = None
  workers: int = 2
  overwrite: bool = False
  like: Path | None = None


def synthesize(order: Order, options: Options) -> Manifest:
  """Makes the pictures and writes their records.

  What is interrupted goes on from its finished shards the next time, except
  with `files`.

  Returns:
    The manifest of the records.

  Raises:
    InputError: an option is out of range, the preset is unknown, or a folder
      holds records or files already.
  """
  check(order, options)
  StagedFolder(options.output, options.overwrite)  # both refuse before the work
  if options.files is not None:
    PlainFiles(options.files, options.overwrite)
  # Here, because workers import this file and have no use for TensorFlow.
  from tqdm import tqdm

  from cdcc_tf.data.records.record import CrowdRecord
  from cdcc_tf.data.records.writer import RecordWriter

  ids = [image_id(order, index) for index in range(options.pictures)]
  splits = _splits(ids, order, options)
  details = described(order, options)
  # With the sources: pictures of an edited preset never join its old ones.
  text = json.dumps(
    [__version__, sources.digest(), details], sort_keys=True, default=str
  )
  # Plain files hold every picture: with them nothing is to be skipped.
  key = "" if options.files else hashlib.sha256(text.encode()).hexdigest()
  with contextlib.ExitStack() as stack:
    writer = stack.enter_context(
      RecordWriter(options.output, "synthetic", details, options.overwrite, key)
    )
    files = None
    if options.files is not None:
      # Entered last, so that a refused --output leaves the old files alone.
      files = stack.enter_context(PlainFiles(options.files, options.overwrite))
    shown: dict[str, Picture] = {}
    if options.contact_sheet is not None:
      # First: a place that cannot be written shows before the work is done.
      shown = _write_sheet(options.contact_sheet, order, options)
    if writer.recovered:
      logger.info(
        "%s: goes on after %d of %d pictures, which an interrupted run made.",
        *(options.output, writer.recovered, options.pictures),
      )
    missing = [
      number
      for number, name in enumerate(ids)
      if name not in shown and not writer.has(name)
    ]
    pictures = make_images(order, missing, options.workers)
    progress = tqdm(
      ids, f"synthesize {order.preset}", unit="picture", disable=None
    )
    for name in progress:
      if writer.has(name):
        writer.recall(name)
        continue
      picture = shown.pop(name, None) or next(pictures)
      record = CrowdRecord(
        id=picture.id,
        image=picture.jpeg,
        height=picture.height,
        width=picture.width,
        points=picture.points,
      )
      writer.write(record, splits[picture.id])
      if files is not None:
        files.write(picture)
  return writer.manifest


def _write_sheet(
  path: Path, order: Order, options: Options
) -> dict[str, Picture]:
  """Writes the contact sheet; returns its pictures, by their ids."""
  first = range(min(SHEET_IMAGES, options.pictures))
  made = make_images(order, first, options.workers, with_thumbnails=True)
  shown = {picture.id: picture for picture in made}
  thumbnails = [picture.thumbnail for picture in shown.values()]
  write_sheet(path, [each for each in thumbnails if each is not None])
  return shown


def _splits(ids: list[str], order: Order, options: Options) -> dict[str, str]:
  """Divides each preset's pictures: presets take turns, and dev would too."""
  turns = len(presets_named(order.preset))
  splits: dict[str, str] = {}
  seen = drawn = 0
  for turn in range(turns):
    own = assign_splits(ids[turn::turns], 0.0, options.dev_every, order.seed)
    rest = [name for name, split in own.items() if split == "train"]
    seen += len(rest)
    # Rounded over all presets: several small ones add up to a val.
    number = round(options.val_fraction * seen) - drawn
    drawn += number
    own.update(
      dict.fromkeys(random.Random(order.seed).sample(rest, number), "val")
    )
    splits |= own
  return splits


def _check_apart(options: Options) -> None:
  """Raises InputError where pictures to be like would be replaced."""
  if options.like is None:
    return
  own = options.like.resolve()
  for flag, folder in (("output", options.output), ("files", options.files)):
    place = folder and folder.resolve()
    if place and (place.is_relative_to(own) or own.is_relative_to(place)):
      raise InputError(
        f"--{flag}={folder}: holds, or lies in, the pictures of --like. Choose "
        "another folder, or they would be replaced."
      )


def described(order: Order, options: Options) -> dict[str, object]:
  """Returns what the manifest keeps, so that it can be repeated."""
  kept = dataclasses.asdict(order) | {
    "pictures": options.pictures,
    "val_fraction": options.val_fraction,
    "dev_every": options.dev_every,
  }
  for optional in ("like", "without"):
    if not kept[optional]:
      del kept[optional]
  return kept


def check(order: Order, options: Options) -> None:
  """Raises InputError where a value makes no sense."""
  presets_named(order.preset)
  ablations.check(order.without)
  check_shares(options.val_fraction, options.dev_every)
  for flag, value in (("width", order.width), ("height", order.height)):
    if value is None and order.like:
      continue  # `looks_of` has seen to it
    if value is None or not SMALLEST <= value <= LARGEST:
      raise InputError(
        f"--{flag}={value}: give {SMALLEST} to {LARGEST} pixels."
      )
  for look in order.like:
    width, height = size_of(order, look)
    if max(width, height) > LARGEST:
      raise InputError(
        f"--like: a picture of {look.width} x {look.height} would become one "
        f"of {width} x {height}, more than {LARGEST} pixels. Give --width and "
        "--height."
      )
  positive = [("pictures", options.pictures), ("workers", options.workers)]
  if order.max_heads is not None:
    positive.append(("max_heads", order.max_heads))
  for flag, value in positive:
    if value < 1:
      raise InputError(f"--{flag}={value}: give 1 or more.")
  if order.seed < 0:
    raise InputError(f"--seed={order.seed}: give 0 or more.")
  if not 0 <= order.min_visible <= 1:
    raise InputError(
      f"--min_visible={order.min_visible}: give a share from 0 to 1."
    )
  check_name(options.contact_sheet, options.overwrite)
  _check_apart(options)
  output = options.output.resolve()
  if options.files is not None:
    files = options.files.resolve()
    if files == output or files in output.parents or output in files.parents:
      raise InputError(
        f"--files={options.files}: the same folder as --output, or one inside "
        "the other. Choose another."
      )
  for folder in (options.output, options.files):
    sheet = options.contact_sheet
    if sheet and folder and folder.resolve() in sheet.resolve().parents:
      raise InputError(
        f"--contact_sheet={sheet}: inside {folder}, which holds nothing else. "
        "Choose another place."
      )
