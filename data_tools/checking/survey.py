"""Reads records once, and collects statistics and findings."""

import dataclasses
import functools
from collections.abc import Iterator, Sequence
from pathlib import Path

from tqdm import tqdm

from cdcc_tf.data.records.manifest import Manifest, load_manifest
from cdcc_tf.data.records.record import CrowdRecord
from data_tools.checking import integrity, samples, statistics, suspicions
from data_tools.checking.conservation import LARGEST_ERROR, relative_error
from data_tools.checking.duplicates import duplicates
from data_tools.checking.facts import Facts, facts_of
from data_tools.checking.findings import Finding, listed
from data_tools.checking.orientation import misplaced
from data_tools.common import contact_sheet
from data_tools.common.parallel import in_order


@dataclasses.dataclass(frozen=True)
class Survey:
  """The result of a check.

  Attributes:
    pictures: of all records that could be read.
    findings: errors and suspicions.
    conserved: relative error of the count of each picture with heads; None if
      it was not asked for.
  """

  pictures: tuple[Facts, ...]
  findings: tuple[Finding, ...]
  conserved: tuple[float, ...] | None

  @property
  def errors(self) -> int:
    """Number of things that are wrong whatever was meant."""
    return sum(finding.error for finding in self.findings)

  def lines(self) -> list[str]:
    """Returns the report for the terminal."""
    lines = [*statistics.splits_table(self.pictures), ""]
    lines += statistics.regions(self.pictures)
    lines += statistics.histograms(self.pictures)
    lines += statistics.head_sizes(self.pictures)
    if self.conserved is not None:
      lines.append(self._conservation())
    if self.findings:
      lines += ["", *listed(self.findings)]
    warnings = len(self.findings) - self.errors
    return [*lines, "", f"{self.errors:,} errors, {warnings:,} warnings."]

  def _conservation(self) -> str:
    assert self.conserved is not None
    heads = sum(facts.heads for facts in self.pictures if facts.labelled)
    if not self.conserved:
      return "Conservation: there are no heads."
    return (
      f"Conservation: {heads:,} heads of {len(self.conserved):,} pictures went "
      "from record to crops to density; the count of a picture differs by "
      f"{max(self.conserved):.1e} of it at most."
    )


def survey(
  folder: Path,
  conservation: bool = False,
  sheet: Path | None = None,
  workers: int | None = None,
) -> Survey:
  """Checks a folder of records.

  Args:
    folder: the records.
    conservation: whether to follow heads from record to density, too.
    sheet: PNG file to write a contact sheet to.
    workers: threads that share the work; None for one on each core.

  Raises:
    InputError: the folder holds no finished records, or a shard is missing.
  """
  contact_sheet.check_name(sheet)
  manifest = load_manifest(folder)
  reading = integrity.Reading(folder, manifest)
  work = functools.partial(_looked_at, conservation=conservation)
  looked_at = list(
    tqdm(
      in_order(work, enumerate(reading.records()), workers),
      "check",
      sum(manifest.pictures.values()),
      unit="picture",
      disable=None,
    )
  )
  pictures = [facts for facts, _ in looked_at]
  conserved = [error for _, error in looked_at if error is not None]
  findings = [*reading.damaged, *_findings(folder, manifest, reading, pictures)]
  findings += _lost(looked_at)
  if sheet is not None and pictures:
    ids = samples.chosen(pictures)
    thumbnails = samples.thumbnails(folder, manifest, ids)
    if thumbnails:
      contact_sheet.write_sheet(sheet, thumbnails)
  return Survey(
    tuple(pictures),
    tuple(findings),
    tuple(conserved) if conservation else None,
  )


def _looked_at(
  numbered: tuple[int, tuple[str, CrowdRecord]], conservation: bool
) -> tuple[Facts, float | None]:
  """Returns a record's facts, and its count's error if that is wanted."""
  place, (split, record) = numbered
  facts = facts_of(split, record)
  wrong = any(finding.error for finding in facts.findings)
  if not conservation or wrong or not record.labelled or not facts.heads:
    return facts, None
  return facts, relative_error(record, place)


def _findings(
  folder: Path,
  manifest: Manifest,
  reading: integrity.Reading,
  pictures: Sequence[Facts],
) -> Iterator[Finding]:
  """Yields what is wrong or odd, from the whole to single pictures."""
  if reading.whole:  # or all that is missing would be told again
    yield from integrity.totals(manifest, pictures)
    yield from integrity.table(folder, pictures)
  yield from duplicates(pictures)
  for split in sorted(manifest.pictures):
    members = [facts for facts in pictures if facts.split == split]
    yield from misplaced(split, members)
    labelled = [facts for facts in members if facts.labelled]
    far = suspicions.of_counts([facts.heads for facts in labelled])
    for place, told in far.items():
      kind = "counts far from those of the split's other pictures"
      yield Finding(kind, labelled[place].id, told)
  for facts in pictures:
    yield from facts.findings


def _lost(looked_at: Sequence[tuple[Facts, float | None]]) -> list[Finding]:
  return [
    Finding(
      "images whose heads are lost on the way to density",
      facts.id,
      f"{error:.1e} of {facts.heads:,}",
      error=True,
    )
    for facts, error in looked_at
    if error is not None and not error <= LARGEST_ERROR  # NaN is none either
  ]
