"""Choices that formats leave to the user: which labels, where in a box."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from cdcc_tf.errors import InputError
from data_tools.formats.parsing.fields import shown

BOX_POINTS = ("centre", "top")
_SHOWN_LABELS = 20


def chosen(option: str, value: str | None, choices: Iterable[str]) -> None:
  """Makes sure that a reader's option is what it can be.

  Raises:
    InputError: it is not.
  """
  if value is not None and value not in choices:
    raise InputError(
      f"--{option}={value}: for this format give one of {', '.join(choices)}, "
      "or leave it out."
    )


def box_head(
  x: float, y: float, width: float, height: float, box_point: str
) -> tuple[float, float]:
  """Returns where the head is in a box around a head or a whole person.

  Args:
    x: left edge in pixels.
    y: upper edge in pixels.
    width: in pixels.
    height: in pixels.
    box_point: `centre`; or `top`, the middle of the upper third.
  """
  if width < 0 or height < 0:
    raise ValueError(f"a box is {shown(width)} x {shown(height)} pixels")
  return x + width / 2, y + height / (2 if box_point == "centre" else 6)


def label_list(label: str | Sequence[str]) -> list[str]:
  """Returns the labels asked for, which may come as `a,b`."""
  return label.split(",") if isinstance(label, str) and label else list(label)


def head_labels(
  used: Iterable[str],
  declared: Iterable[str],
  label: str | Sequence[str],
  export: Path,
) -> set[str]:
  """Decides which labels mark heads.

  Args:
    used: labels of the shapes; `` for those without.
    declared: further labels that the export knows.
    label: those asked for; none if there is only one, `*` for all.
    export: for the message.

  Raises:
    InputError: one is unknown, which would make pictures without people of all;
      or none was asked for and there are several, some of which may be cars.
  """
  wanted, used = label_list(label), set(used)
  if wanted == ["*"]:
    return used
  known = used | set(declared)
  names = [name or "(none)" for name in sorted(known)]
  listed = ", ".join(shown(name)[1:-1] for name in names[:_SHOWN_LABELS])
  absent = [name for name in wanted if name not in known]
  if absent:
    raise InputError(
      f"--label={','.join(absent)}: no such label in {export}. It has: "
      f"{listed or 'none'}."
    )
  if not wanted and len(used) > 1:
    raise InputError(
      f"{export}: has several labels ({listed}), which may not all mark heads. "
      "Name those that do, e.g. --label=head or --label=man,woman; "
      "--label='*' takes all."
    )
  return set(wanted) or used
