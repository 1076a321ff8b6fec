"""Pictures that are there twice: in two splits they make figures worthless."""

from collections.abc import Iterator, Sequence

import numpy as np

from data_tools.checking.facts import Facts
from data_tools.checking.findings import Finding

_DIFFERENT_BITS = 2  # of 128, by which the same picture may differ
_ROWS = 1024  # that are compared with all others at once


def duplicates(pictures: Sequence[Facts]) -> list[Finding]:
  """Finds pictures that are the same, or nearly, and ids given twice."""
  findings = [
    Finding("ids given to several pictures", again.id, again.split, error=True)
    for _, again in _repeated([(facts.id, facts) for facts in pictures])
  ]
  same = set()
  for first, again in _repeated(
    [(facts.content or facts.stored, facts) for facts in pictures]
  ):
    same.add(again.id)
    across = first.split != again.split
    kind = "the same picture in two splits" if across else "the same picture"
    detail = f"is {_named(first)}" + (
      "" if first.stored == again.stored else ", stored as another file"
    )
    if first.heads != again.heads:
      detail += f"; heads {again.heads:,} and {first.heads:,}"
    findings.append(Finding(kind, _named(again), detail, error=across))
  kind = (
    "nearly the same picture in two splits (frames of one scene, or a copy of "
    "another size)"
  )
  distinct = [facts for facts in pictures if facts.id not in same]
  findings += [
    Finding(kind, _named(again), f"is like {_named(first)}")
    for first, again in _alike(distinct)
  ]
  return findings


def _repeated(
  keyed: Sequence[tuple[str, Facts]],
) -> Iterator[tuple[Facts, Facts]]:
  """Yields each picture whose key came before, with the first of that key."""
  known: dict[str, Facts] = {}
  for key, facts in keyed:
    first = known.setdefault(key, facts)
    if first is not facts:
      yield first, facts


def _alike(pictures: Sequence[Facts]) -> Iterator[tuple[Facts, Facts]]:
  """Yields each picture that looks like one of an earlier split, with that."""
  seen = [(facts, facts.look) for facts in pictures if facts.look is not None]
  if not seen:
    return
  members = [facts for facts, _ in seen]
  looks = np.stack([look for _, look in seen])
  signs = np.where(looks, 1, -1).astype(np.float32)
  splits = np.unique([facts.split for facts in members], return_inverse=True)[1]
  # Of ±1 the product counts bits that agree less those that do not.
  least = signs.shape[1] - 2 * _DIFFERENT_BITS
  for start in range(0, len(members), _ROWS):
    block = slice(start, start + _ROWS)
    near = (signs[block] @ signs.T >= least) & (
      splits[block, None] > splits[None]
    )
    for row in np.flatnonzero(near.any(axis=1)):
      yield members[int(near[row].argmax())], members[start + int(row)]


def _named(facts: Facts) -> str:
  return f"{facts.id} ({facts.split})"
