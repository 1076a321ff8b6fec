"""From a reader's pictures to records: shared by every format."""

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from tqdm import tqdm

from cdcc_tf.data import origins
from cdcc_tf.data.manifest import FILE_NAME, Manifest
from cdcc_tf.data.record_writer import RecordWriter
from cdcc_tf.errors import InputError
from data_tools.formats import FORMATS
from data_tools.formats.base import Item, LabelledPicture, Note, Unreadable
from data_tools.formats.picture_names import fixed_part
from data_tools.picture_files import UnusablePicture
from data_tools.pictures import to_record
from data_tools.splits import Splits, assign_splits
from data_tools.totals import deviations

USES = {
  "train": "training",
  "val": "choosing checkpoints, in a source domain",
  "dev": "figures during development",
  "test": "published figures",
}
SHOWN = 20  # skipped files, before the manifest must do


@dataclasses.dataclass(frozen=True)
class Options:
  """How to convert; see the flags of `data_tools.convert`.

  None leaves an option of the splits to the format's `DEFAULT_SPLITS`. `reader`
  holds the choices of the format's own `OPTIONS`.
  """

  val_fraction: float | None = None
  dev_every: int | None = None
  seed: int = 0
  adaptive_sigma: bool = False
  on_bad: str = "skip"
  overwrite: bool = False
  reader: Mapping[str, object] = dataclasses.field(default_factory=dict)

  def splits(self, usual: Splits) -> Splits:
    """Returns the splits asked for, and for the rest what is usual."""
    return Splits(
      usual.val_fraction if self.val_fraction is None else self.val_fraction,
      usual.dev_every if self.dev_every is None else self.dev_every,
    )


def convert(
  format_name: str, folder: Path, output: Path, options: Options
) -> Manifest:
  """Reads a data set and writes its records.

  Points outside their picture are left out and counted in the manifest; the
  published `test` split stays as it is, and `train` is divided by the options,
  or as is usual for the format.

  Args:
    format_name: a key of `data_tools.formats.FORMATS`.
    folder: the data set; for some formats a file, or a pattern with `*`.
    output: folder for the records.
    options: see `Options`.

  Raises:
    InputError: the data set is laid out otherwise, or no picture is readable,
      or one is not and `options.on_bad` is `fail`.
  """
  reader = FORMATS[format_name]
  division = options.splits(reader.DEFAULT_SPLITS)
  choices = _reader_options(format_name, options)
  items = list(_without_twins(reader.read(folder, **choices)))
  pictures = [item for item in items if isinstance(item, LabelledPicture)]
  splits = {picture.id: picture.split for picture in pictures}
  splits |= assign_splits(
    [picture.id for picture in pictures if picture.split == "train"],
    division.val_fraction,
    division.dev_every,
    options.seed,
    {picture.id: picture.unit for picture in pictures if picture.unit},
  )
  described = dataclasses.asdict(options) | dataclasses.asdict(division)
  described["format"] = format_name
  described.pop("overwrite")
  with RecordWriter(
    output, format_name, described, options.overwrite
  ) as writer:
    for text in deviations(reader, choices, pictures):
      writer.note(text)
    skip = _skipper(writer, options.on_bad)
    prefix = fixed_part(folder).resolve().name
    for item in tqdm(items, desc=f"convert {format_name}", unit="picture"):
      if isinstance(item, Note):
        writer.note(item.text)
        continue
      if isinstance(item, Unreadable):
        skip(item.path, item.reason)
        continue
      try:
        record, origin = to_record(item, prefix, options.adaptive_sigma)
      except UnusablePicture as error:
        skip(item.path, f"unreadable picture: {error}")
        continue
      writer.write(record, splits[item.id], origin)
  return writer.manifest


def _without_twins(items: Iterable[Item]) -> Iterator[Item]:
  """Refuses pictures that could not be told from an earlier one."""
  known: dict[str, LabelledPicture] = {}
  for item in items:
    if isinstance(item, LabelledPicture):
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


def summary(manifest: Manifest) -> str:
  """Returns what was written: a table of splits, and what was left out."""
  row = "{:<8}{:>10}{:>10}  {}".format
  known = [split for split in USES if split in manifest.pictures]
  others = sorted(set(manifest.pictures) - set(USES))
  lines = [row("split", "pictures", "heads", "for")]
  for split in known + others:
    pictures, heads = manifest.pictures[split], manifest.heads[split]
    lines.append(row(split, f"{pictures:,}", f"{heads:,}", USES.get(split, "")))
  total = sum(manifest.pictures.values())
  heads = sum(manifest.heads.values())
  lines.append(row("all", f"{total:,}", f"{heads:,}", ""))
  lines += [
    f"{count:,} pictures of split {split} are unlabelled."
    for split, count in manifest.unlabelled.items()
  ]
  if "val" not in manifest.pictures:
    lines.append(
      "There is no split val: as a source domain these records need one, e.g. "
      "--val_fraction=0.1."
    )
  if manifest.dropped_points:
    lines.append(
      f"{sum(manifest.dropped_points.values()):,} points outside "
      f"{len(manifest.dropped_points):,} pictures were left out."
    )
  if manifest.duplicate_points:
    lines.append(
      f"{sum(manifest.duplicate_points.values()):,} points of "
      f"{len(manifest.duplicate_points):,} pictures lie exactly on another; "
      "they were kept."
    )
  if manifest.converted_pictures:
    reasons = Counter(manifest.converted_pictures.values()).most_common()
    lines.append(
      f"{len(manifest.converted_pictures):,} pictures were converted to 8-bit "
      "RGB: "
      + "; ".join(f"{count:,} {why}" for why, count in reasons)
      + f" (listed in {origins.FILE_NAME})."
    )
  lines += [f"Note: {note}" for note in manifest.notes]
  if manifest.skipped_files:
    skipped = manifest.skipped_files
    lines.append(f"{len(skipped):,} files were skipped:")
    lines += [f"  {s['file']}: {s['reason']}" for s in skipped[:SHOWN]]
    if skipped[SHOWN:]:
      lines.append(f"  and {len(skipped) - SHOWN:,} more, see {FILE_NAME}")
  return "\n".join(line.rstrip() for line in lines)


def _skipper(writer: RecordWriter, on_bad: str) -> Callable[[Path, str], None]:
  def skip(path: Path, reason: str) -> None:
    if on_bad == "fail":
      raise InputError(
        f"{path}: {reason}. Repair or remove it, or use --on_bad=skip."
      )
    writer.skip(str(path), reason)

  return skip
