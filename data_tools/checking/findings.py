"""Findings of a check: errors and warnings."""

import dataclasses
from collections.abc import Iterable, Sequence

SHOWN = 5  # places of one kind, before their number must do


@dataclasses.dataclass(frozen=True)
class Finding:
  """One thing in one place.

  Attributes:
    kind: what it is, in the same words for all findings of the kind.
    where: picture or file.
    detail: figures of this one; may be empty.
    error: True for an error; False for a warning, which may be intended.
  """

  kind: str
  where: str
  detail: str = ""
  error: bool = False


def listed(findings: Iterable[Finding]) -> list[str]:
  """Returns findings in words, those of a kind together, errors first."""
  kinds: dict[tuple[bool, str], list[Finding]] = {}
  for finding in findings:
    kinds.setdefault((not finding.error, finding.kind), []).append(finding)
  lines = []
  for (suspicion, kind), members in sorted(
    kinds.items(), key=lambda item: item[0][0]
  ):
    word = "WARNING" if suspicion else "ERROR"
    lines += [f"{word}  {kind} ({len(members):,})", *_places(members)]
  return lines


def _places(members: Sequence[Finding]) -> list[str]:
  lines = [
    f"  {member.where}" + (f": {member.detail}" if member.detail else "")
    for member in members[:SHOWN]
  ]
  if members[SHOWN:]:
    lines.append(f"  and {len(members) - SHOWN:,} more")
  return lines
