"""How each data set's published figures average over its pictures.

Most pool all pictures. WorldExpo'10 averages its scenes' errors, UCF_CC_50
those of its folds, and NWPU-Crowd reports every level of crowding by itself.
"""

from collections.abc import Callable, Sequence

import numpy as np

from cdcc_tf.errors import InputError
from cdcc_tf.evaluation.metrics import Figures, ImageResult, summarise

Groups = dict[str, Figures]
MEAN = "mean of groups"
_AVERAGED = ("mae", "rmse", "nae")
# NWPU-Crowd's levels: 0; 1 to 100; 101 to 500; 501 to 5,000; more.
_NWPU_LEVELS = (0, 100, 500, 5000)


def _group(result: ImageResult) -> str:
  return result.group


def _nwpu_level(result: ImageResult) -> str:
  return f"level {np.searchsorted(_NWPU_LEVELS, result.true)}"


PROTOCOLS: dict[str, Callable[[ImageResult], str] | None] = {
  "pictures": None,
  "groups": _group,
  "worldexpo10": _group,
  "ucf_cc_50": _group,
  "nwpu": _nwpu_level,
}


# How many groups published figures average, and what they are.
_PUBLISHED = {"worldexpo10": (5, "scenes"), "ucf_cc_50": (5, "folds")}


def require_group(protocol: str, id: str, group: str) -> None:
  """Makes sure that a protocol knows where a picture belongs.

  Raises:
    InputError: it averages over groups, and the record names none.
  """
  if PROTOCOLS[protocol] is _group and not group:
    raise InputError(
      f"{id}: its record names no group, so there are none to average over. "
      "Use --protocol=pictures, or convert the data set again."
    )


def by_group(results: Sequence[ImageResult], protocol: str) -> Groups:
  """Computes the figures of each group, and their plain averages.

  Args:
    results: of all pictures.
    protocol: a key of PROTOCOLS.

  Returns:
    Group to figures, see `figures.summarise`, in order of their names; last,
    under MEAN, the groups' averages of MAE, RMSE and NAE over those groups for
    which a figure is defined. Nothing for the protocol `pictures`.

  Raises:
    InputError: a record names no group.
  """
  group_of = PROTOCOLS[protocol]
  if group_of is None:
    return {}
  members: dict[str, list[ImageResult]] = {}
  for result in results:
    require_group(protocol, result.id, result.group)
    members.setdefault(group_of(result), []).append(result)
  groups = {name: summarise(members[name]) for name in sorted(members)}
  means: Figures = {"pictures": len(results)}
  for figure in _AVERAGED:
    values = [each[figure] for each in groups.values()]
    defined = [value for value in values if value is not None]
    means[figure] = float(np.mean(defined)) if defined else None
  return groups | {MEAN: means}


def shortfall(groups: Groups, protocol: str) -> str:
  """Says that published figures average more or other groups; or is empty."""
  wanted, kind = _PUBLISHED.get(protocol, (0, ""))
  found = sum(name != MEAN for name in groups)
  if not wanted or found == wanted:
    return ""
  return (
    f"Not comparable with published figures: they average {wanted} {kind}, and "
    f"these are of {found}."
  )


def table(groups: Groups) -> str:
  """Formats groups for the terminal, one a line."""
  lines = [f"{'group':<26}{'pictures':>10}{'MAE':>10}{'RMSE':>10}{'NAE':>10}"]
  for name, figures in groups.items():
    values = [figures[figure] for figure in _AVERAGED]
    shown = ["undefined" if v is None else f"{v:.3f}" for v in values]
    lines.append(
      f"{name:<26}{figures['pictures']:>10}"
      + "".join(f"{text:>10}" for text in shown)
    )
  return "\n".join(lines)
