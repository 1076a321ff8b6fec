"""Pictures as JPEG files and one CSV of their heads, for other tools.

`data_tools.convert --format=csv` reads them back.
"""

import csv
import io
from pathlib import Path
from types import TracebackType

from cdcc_tf.data.records.staged_folder import Contents, StagedFolder
from cdcc_tf.output_folder import note, written_in
from data_tools.synthesis.generate import Picture

TABLE = "points.csv"


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
    self._write(name, picture.jpeg)
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
    self._write(TABLE, text.getvalue().encode())
    self._staged.put_in_place()

  def _write(self, name: str, content: bytes) -> None:
    note(self._staged.path, name, content)
    (self._staged.path / name).write_bytes(content)


def _files_in(folder: Path) -> set[str]:
  ours = written_in(folder)
  return ours if TABLE in ours else set()


_CONTENTS = Contents("pictures and their table", "--files", TABLE, _files_in)
