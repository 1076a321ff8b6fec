"""Shapes that annotators drew: which of them mark heads, and where.

A reader turns its export into `Annotated` images with `Shape`s; `match_shapes`
does the rest.
"""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from cdcc_tf.errors import InputError
from data_tools.formats.base import Item
from data_tools.formats.parsing.exports import Entry, match
from data_tools.formats.parsing.fields import shown
from data_tools.formats.parsing.image_names import ImageFolder

BOX_POINTS = ("centre", "top")
_SHOWN_LABELS = 20


@dataclasses.dataclass(frozen=True)
class Shape:
  """One shape of an image.

  Attributes:
    labels: of the shape; none for a shape without a label.
    points: heads that it marks, x then y in pixels.
    problem: why it marks none; matters only if its label is wanted.
    size: (height, width) of the image, where each shape has it.
  """

  labels: tuple[str, ...]
  points: Sequence[tuple[float, float]] = ()
  problem: str = ""
  size: tuple[int, int] | None = None


@dataclasses.dataclass(frozen=True)
class Annotated:
  """What an export says of one image, before labels are chosen.

  Attributes:
    name: of the image, as the export has it.
    where: the place in the export, for messages.
    shapes: drawn in it; None if it was not labelled.
    size: (height, width) in pixels as annotated, or None.
    problem: why the annotation cannot be used; empty if it can.
    source: the file that says so, where each image has its own.
  """

  name: str
  where: str
  shapes: Sequence[Shape] | None = ()
  size: tuple[int, int] | None = None
  problem: str = ""
  source: Path | None = None

  def entry(self, wanted: set[str]) -> Entry:
    """Returns the heads of the shapes with one of the wanted labels."""
    shapes = [
      shape
      for shape in self.shapes or ()
      if wanted & set(shape.labels or ("",))
    ]
    sizes = {shape.size for shape in shapes} - {None, self.size}
    problems = [self.problem, *(shape.problem for shape in shapes)]
    if len(sizes) > 1:
      problems.append("its shapes give several sizes of the image")
    problem = next(filter(None, problems), "")
    points = [point for shape in shapes for point in shape.points]
    return Entry(
      self.name,
      self.where,
      None if problem or self.shapes is None else points,
      sizes.pop() if sizes and not problem else self.size,
      problem,
      self.source,
    )


def match_shapes(
  folder: ImageFolder,
  export: Path,
  images: Sequence[Annotated],
  label: str | Sequence[str],
  declared: Iterable[str] = (),
  find: Callable[[str], Path | None] | None = None,
) -> Iterator[Item]:
  """Yields all images of a folder, with the heads that an export marks.

  Args:
    folder: the images.
    export: the file, for messages.
    images: what it says.
    label: as `head_labels` takes it.
    declared: further labels that the export knows.
    find: as `match` takes it.

  Raises:
    InputError: see `head_labels`.
  """
  shapes = [shape for image in images for shape in image.shapes or ()]
  used = {name for shape in shapes for name in shape.labels or ("",)}
  wanted = head_labels(used, declared, label, export)
  entries = [image.entry(wanted) for image in images]
  yield from match(folder, export, entries, upright=True, find=find)


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
