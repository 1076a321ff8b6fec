"""The summary that a conversion prints."""

from collections import Counter

from cdcc_tf.data.records import image_table
from cdcc_tf.data.records.manifest import FILE_NAME, Manifest

USES = {
  "train": "training",
  "val": "choosing checkpoints, in a source domain",
  "dev": "results during development",
  "test": "published results",
}
SHOWN = 20  # skipped files, before the manifest must do


def summary(manifest: Manifest) -> str:
  """Returns what was written: a table of splits, and what was left out."""
  lines = [*_table(manifest), *_remarks(manifest)]
  lines += [f"Note: {note}" for note in manifest.notes]
  if manifest.skipped_files:
    skipped = manifest.skipped_files
    lines.append(f"{len(skipped):,} files were skipped:")
    lines += [f"  {s['file']}: {s['reason']}" for s in skipped[:SHOWN]]
    if skipped[SHOWN:]:
      lines.append(f"  and {len(skipped) - SHOWN:,} more, see {FILE_NAME}")
  return "\n".join(line.rstrip() for line in lines)


def _table(manifest: Manifest) -> list[str]:
  row = "{:<8}{:>10}{:>10}  {}".format
  known = [split for split in USES if split in manifest.pictures]
  others = sorted(set(manifest.pictures) - set(USES))
  lines = [row("split", "pictures", "heads", "for")]
  for split in known + others:
    pictures, heads = manifest.pictures[split], manifest.heads[split]
    lines.append(row(split, f"{pictures:,}", f"{heads:,}", USES.get(split, "")))
  total = sum(manifest.pictures.values())
  heads = sum(manifest.heads.values())
  return [*lines, row("all", f"{total:,}", f"{heads:,}", "")]


def _remarks(manifest: Manifest) -> list[str]:
  lines = [
    f"{count:,} pictures of split {split} are unlabelled."
    for split, count in manifest.unlabelled.items()
  ]
  unlabelled = sum(manifest.unlabelled.values())
  is_labelled = unlabelled < sum(manifest.pictures.values())
  if is_labelled and "val" not in manifest.pictures:
    lines.append(
      "There is no split val: as a source domain these records need one. Give "
      "--val_fraction=0.1, or more where there are few pictures."
    )
  if "val" in manifest.pictures and "train" not in manifest.pictures:
    lines.append(
      "There is no split train to learn from: give a smaller --val_fraction."
    )
  if is_labelled and manifest.heads.get("val") == 0:
    lines.append(
      "Split val contains no people, but checkpoints are chosen on it: give "
      "more images, or a larger --val_fraction."
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
  lines += [
    f"{count:,} pictures of split {split} are labelled and hold nobody."
    for split, count in manifest.empty.items()
  ]
  grey = sum(n for kind, n in manifest.kinds.items() if kind[-2:] == " L")
  if grey:
    lines.append(f"{grey:,} pictures are grey; they become RGB when decoded.")
  if manifest.exif_ignored:
    lines.append(
      f"{len(manifest.exif_ignored):,} pictures have an EXIF orientation that "
      "was not applied: points are taken to refer to the pixels as they are "
      f"stored (listed in {image_table.FILE_NAME})."
    )
  if manifest.converted_pictures:
    reasons = Counter(manifest.converted_pictures.values()).most_common()
    lines.append(
      f"{len(manifest.converted_pictures):,} images were converted to 8-bit "
      "RGB: "
      + "; ".join(f"{count:,} {why}" for why, count in reasons)
      + f" (listed in {image_table.FILE_NAME})."
    )
  return lines
