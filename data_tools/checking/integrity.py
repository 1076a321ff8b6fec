"""Compares records with their manifest and image table."""

import dataclasses
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import tensorflow as tf

from cdcc_tf.data.records import image_table
from cdcc_tf.data.records.dataset import read_shard
from cdcc_tf.data.records.manifest import (
  FILE_NAME,
  Manifest,
  Shard,
  file_sha256,
)
from cdcc_tf.data.records.record import CrowdRecord
from cdcc_tf.errors import first_line
from data_tools.checking.facts import Facts
from data_tools.checking.findings import Finding

logger = logging.getLogger(__name__)


@dataclasses.dataclass
class Reading:
  """Reads shards one after the other, and says which cannot be trusted.

  Attributes:
    damaged: what was found; complete when `records` has come to its end.
    whole: whether every shard could be read to its end.
  """

  folder: Path
  manifest: Manifest
  damaged: list[Finding] = dataclasses.field(default_factory=list)
  whole: bool = True

  def records(self) -> Iterator[tuple[str, CrowdRecord]]:
    """Yields each record with its split, of damaged shards what there is."""
    for shard in self.manifest.shards:
      path = self.folder / shard.file
      if file_sha256(path) != shard.sha256:
        self._add(
          f"shards that differ from their checksum in {FILE_NAME}: truncated "
          "or changed; copy them again, or convert again",
          shard,
        )
      count = 0
      try:
        for record in read_shard(path):
          count += 1
          yield shard.split, record
      except (tf.errors.OpError, UnicodeDecodeError) as error:
        self.whole = False
        detail = f"after {count:,} pictures: {first_line(error)[:120]}"
        self._add("shards that cannot be read to their end", shard, detail)
        continue
      if count != shard.pictures:
        detail = f"{count:,}, not {shard.pictures:,}"
        self._add("shards with another number of pictures", shard, detail)

  def _add(self, kind: str, shard: Shard, detail: str = "") -> None:
    where = str(self.folder / shard.file)
    self.damaged.append(Finding(kind, where, detail, error=True))


def totals(manifest: Manifest, pictures: Sequence[Facts]) -> list[Finding]:
  """Compares a manifest's totals with those of the records."""
  heads: Counter[str] = Counter()
  for facts in pictures:
    heads[facts.split] += facts.heads
  found = {
    "pictures": Counter(facts.split for facts in pictures),
    "heads": heads,
    "unlabelled pictures": Counter(
      facts.split for facts in pictures if not facts.labelled
    ),
  }
  written = {
    "pictures": manifest.pictures,
    "heads": manifest.heads,
    "unlabelled pictures": manifest.unlabelled,
  }
  return [
    Finding(
      f"totals in {FILE_NAME} that the records do not have",
      f"split {split}",
      f"{found[what][split]:,} {what}, not {written[what].get(split, 0):,}",
      error=True,
    )
    for what in written
    for split in sorted({*found[what], *written[what]})
    if found[what][split] != written[what].get(split, 0)
  ]


def table(folder: Path, pictures: Sequence[Facts]) -> list[Finding]:
  """Compares the table of pictures with the records, if there is one."""
  path = folder / image_table.FILE_NAME
  if not path.is_file():  # pictures that were made have none
    return []
  try:
    told = image_table.heads_by_id(path.read_bytes())
  except ValueError as error:
    kind = f"{image_table.FILE_NAME} cannot be read"
    return [Finding(kind, str(path), first_line(error), error=True)]
  kind = f"images whose heads differ from {image_table.FILE_NAME}"
  findings = []
  for facts in pictures:
    heads, kept = told.pop(facts.id, (None, None))
    if heads is None:
      findings.append(Finding(kind, facts.id, "is not in it", error=True))
    elif not facts.heads == heads == kept:
      detail = f"{heads:,} heads, {kept:,} of the annotation, not {facts.heads}"
      findings.append(Finding(kind, facts.id, detail, error=True))
  findings += [
    Finding(kind, id, "is not in the records", error=True) for id in told
  ]
  return findings
