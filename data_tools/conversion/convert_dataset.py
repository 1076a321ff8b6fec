"""From a reader's pictures to records: shared by every format."""

import contextlib
import dataclasses
import functools
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from cdcc_tf.data.records.manifest import Manifest
from cdcc_tf.data.records.staged_folder import StagedFolder
from cdcc_tf.errors import InputError
from data_tools.common.parallel import in_order
from data_tools.common.splits import Splits, assign_splits
from data_tools.conversion.fingerprint import fingerprint
from data_tools.conversion.published_totals import deviations
from data_tools.conversion.resizing import resizing_for
from data_tools.formats import FORMATS
from data_tools.formats.base import Item, LabelledImage, Note, Unreadable
from data_tools.formats.parsing.image_names import fixed_part

if TYPE_CHECKING:
  from cdcc_tf.data.records.writer import RecordWriter

logger = logging.getLogger(__name__)

_SECONDS_IN_SILENCE = 2.0


@dataclasses.dataclass(frozen=True)
class Options:
  """How to convert; see the flags of `data_tools.convert`.

  None leaves an option of the splits to the format's `DEFAULT_SPLITS`. `split`
  names those to convert, or none for all. `reader`
  holds the choices of the format's own `OPTIONS`. `workers` threads share the
  work, None for as many as there are cores; or a Beam `runner` does. Records do
  not depend on it.
  """

  val_fraction: float | None = None
  dev_every: int | None = None
  seed: int = 0
  split: tuple[str, ...] = ()
  sigma: str = "fixed"
  max_side: int | None = None
  resize: str | None = None
  on_bad: str = "skip"
  overwrite: bool = False
  workers: int | None = None
  runner: str | None = None
  runner_options: tuple[str, ...] = ()
  reader: Mapping[str, object] = dataclasses.field(default_factory=dict)

  def splits(self, usual: Splits) -> Splits:
    """Returns the splits asked for, and for the rest what is usual."""
    return Splits(
      usual.val_fraction if self.val_fraction is None else self.val_fraction,
      usual.dev_every if self.dev_every is None else self.dev_every,
    )

  def described(self, format_name: str, division: Splits) -> dict[str, object]:
    """Returns what records depend on besides the data set."""
    described = dataclasses.asdict(self) | dataclasses.asdict(division)
    for name in ("overwrite", "workers", "runner", "runner_options"):
      del described[name]
    described["split"] = list(self.split)  # as JSON gives it back
    return described | {"format": format_name}


def convert(
  format_name: str, folder: Path, output: Path, options: Options
) -> Manifest:
  """Reads a data set and writes its records.

  Points outside their picture are left out and counted in the manifest; the
  published `test` split stays as it is, and `train` is divided by the options,
  or as is usual for the format. An interrupted conversion is resumed if neither
  the data set nor the options have changed.

  Args:
    format_name: a key of `data_tools.formats.FORMATS`.
    folder: the data set; for some formats a file, or a pattern with `*`.
    output: folder for the records.
    options: see `Options`.

  Raises:
    InputError: the data set is laid out otherwise, or no picture is readable,
      or one is not and `options.on_bad` is `fail`.
  """
  StagedFolder(output, options.overwrite)  # refuses before the work, not after
  reader = FORMATS[format_name]
  division = options.splits(reader.DEFAULT_SPLITS)
  resizing = resizing_for(options.max_side, options.resize)
  choices = _reader_options(format_name, options)
  fill = None
  if options.runner:
    from data_tools.conversion.beam.runner import loaded

    fill = loaded(
      options.runner, options.runner_options, folder, options.workers
    )
  # Thousands of annotations, or a long video, take a while to go through.
  reading = tqdm(
    reader.read(folder, **choices),
    f"read {format_name}",
    unit="picture",
    delay=_SECONDS_IN_SILENCE,
    leave=False,
    disable=None,
  )
  items = list(_without_twins(reading))
  pictures = [item for item in items if isinstance(item, LabelledImage)]
  splits = {picture.id: picture.split for picture in pictures}
  splits |= assign_splits(
    [picture.id for picture in pictures if picture.split == "train"],
    division.val_fraction,
    division.dev_every,
    options.seed,
    {picture.id: picture.unit for picture in pictures if picture.unit},
  )
  items = _of_splits(items, splits, options.split)
  wanted = sum(isinstance(item, LabelledImage) for item in items)
  described = options.described(format_name, division)
  prefix = fixed_part(folder).resolve().name
  key = fingerprint(described | {"prefix": prefix}, items, splits)
  # Here, because a wrong folder is refused before TensorFlow is imported.
  from cdcc_tf.data.records.writer import RecordWriter
  from data_tools.conversion.image_files import UnusableImage
  from data_tools.conversion.to_record import Preparation, record_id

  with RecordWriter(
    output, format_name, described, options.overwrite, key
  ) as writer:
    if writer.recovered:
      logger.info(
        "%s: resuming an interrupted conversion, which wrote %d of %d images.",
        output,
        writer.recovered,
        wanted,
      )
    for text in deviations(reader, choices, pictures):
      writer.note(text)
    skip = _skipper(writer, options.on_bad)
    preparation = Preparation(prefix, options.sigma, resizing, writer.has)
    if fill:
      # The loop below reports what it leaves over, such as unusable images.
      writer.filled_by(
        functools.partial(
          fill, items=items, splits=splits, preparation=preparation
        )
      )
    ready = map(preparation.loaded, items)
    with contextlib.closing(
      in_order(preparation.of, ready, options.workers)
    ) as outcomes:
      pairs = zip(items, outcomes, strict=True)
      for item, outcome in tqdm(
        pairs,
        f"convert {format_name}",
        len(items),
        unit="picture",
        disable=None,
      ):
        if isinstance(item, Note):
          writer.note(item.text)
        elif isinstance(item, Unreadable):
          skip(item.path, item.reason)
        elif isinstance(outcome, UnusableImage):
          skip(item.path, f"unreadable image: {outcome}")
        elif outcome is None:
          writer.recall(record_id(prefix, item))
        else:
          record, origin = outcome
          writer.write(record, splits[item.id], origin)
  return writer.manifest


def _of_splits(
  items: list[Item], splits: Mapping[str, str], wanted: Sequence[str]
) -> list[Item]:
  """Leaves out pictures of other splits than those wanted, if any are."""
  for name in wanted:
    if name not in splits.values():
      raise InputError(
        f"--split={name}: no picture is in it. There are: "
        f"{', '.join(sorted(set(splits.values()))) or 'none'}."
      )
  return [
    item
    for item in items
    if not wanted
    or not isinstance(item, LabelledImage)
    or splits[item.id] in wanted
  ]


def _without_twins(items: Iterable[Item]) -> Iterator[Item]:
  """Refuses pictures that could not be told from an earlier one."""
  known: dict[str, LabelledImage] = {}
  for item in items:
    if isinstance(item, LabelledImage):
      first = known.setdefault(item.id, item)
      if first is not item:
        reason = f"cannot be told from {first.path.name} (both are {item.id})"
        item = Unreadable(item.path, f"{reason}; rename or remove one")
    yield item


def _reader_options(format_name: str, options: Options) -> dict[str, object]:
  known = getattr(FORMATS[format_name], "OPTIONS", ())
  for name in sorted(set(options.reader) - set(known)):
    raise InputError(
      f"--{name}: format {format_name} has no such choice; leave it out. "
      + (f"It has --{', --'.join(known)}." if known else "It has none.")
    )
  return dict(options.reader)


def _skipper(
  writer: "RecordWriter", on_bad: str
) -> Callable[[Path, str], None]:
  def skip(path: Path, reason: str) -> None:
    if on_bad == "fail":
      raise InputError(
        f"{path}: {reason}. Repair or remove it, or use --on_bad=skip."
      )
    writer.skip(str(path), reason)

  return skip
