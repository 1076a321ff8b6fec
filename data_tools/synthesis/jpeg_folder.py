"""Pictures as JPEG files and one CSV of their heads, for other tools.

`data_tools.convert --format=csv` reads them back.
"""

import csv
import io
import re
from pathlib import Path
from types import TracebackType

from cdcc_tf.data.records.staged_folder import Contents, StagedFolder
from cdcc_tf.files import write_atomically
from data_tools.synthesis.generate import Picture

TABLE = "points.csv"
_OURS = re.compile(r"[a-z_]+_seed-?\d+_\d+\.jpg")


class PlainFiles:
  """A folder of pictures and their table, which appears when it is complete.

  Example:
  ```python
  with PlainFiles(Path("crowds")) as files:
    files.write(picture)
  ```
  """

  def __init__(self, folder: Path, overwrite: bool = False):
    """Looks whether the folder may be written.

    Raises:
      InputError: it holds such files already and overwrite is False, or it
        holds others.
    """
    self._staged = StagedFolder(Path(folder), overwrite, _CONTENTS)
    self._rows: list[tuple[object, ...]] = []

  def write(self, picture: Picture) -> None:
    """Writes a picture's file."""
    name = picture.id.replace("/", "_") + ".jpg"
    (self._staged.path / name).write_bytes(picture.jpeg)
    if not len(picture.points):
      self._rows.append((name, "", ""))
    for x, y in picture.points.tolist():
      self._rows.append((name, f"{x:.2f}", f"{y:.2f}"))

  def __enter__(self) -> "PlainFiles":
    self._staged.create()
    return self

  def __exit__(
    self,
    exception_type: type[BaseException] | None,
    exception: BaseException | None,
    traceback: TracebackType | None,
  ) -> None:
    if exception_type is not None:
      self._staged.discard()
      return
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(("image", "x", "y"))
    table.writerows(self._rows)
    write_atomically(self._staged.path / TABLE, text.getvalue())
    self._staged.put_in_place()


def _files_in(folder: Path) -> set[str]:
  """Returns the names in a folder's table, and the table's own.

  They are none if one is not of our making: people label their own pictures in
  the same form.
  """
  try:
    with (folder / TABLE).open(newline="", encoding="utf-8") as file:
      names = {row["image"] for row in csv.DictReader(file)}
  except (OSError, KeyError, ValueError):
    return set()
  if all(name and _OURS.fullmatch(name) for name in names):
    return names | {TABLE}
  return set()


_CONTENTS = Contents("pictures and their table", "--files", TABLE, _files_in)
