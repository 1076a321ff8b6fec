"""Pictures as JPEG files and one CSV of their heads, for other tools.

`data_tools.convert --format=csv` reads them back.
"""

import csv
import io
from pathlib import Path
from types import TracebackType

from cdcc_tf.errors import InputError
from cdcc_tf.files import write_atomically
from data_tools.synthesis.pictures import Picture

TABLE = "points.csv"


class PlainFiles:
  """Writes pictures as they come, and the table when all are there.

  Example:
  ```python
  with PlainFiles(Path("crowds")) as files:
    files.write(picture)
  ```
  """

  def __init__(self, folder: Path, overwrite: bool = False):
    """Creates the folder.

    Raises:
      InputError: it holds pictures already and overwrite is False.
    """
    self.folder = Path(folder)
    table = self.folder / TABLE
    held = self.folder.is_dir() and any(self.folder.iterdir())
    if held and not (overwrite and table.exists()):
      raise InputError(
        f"--files={folder}: not empty. Choose another folder, or add "
        f"--overwrite to replace pictures that were made before (with their "
        f"{TABLE})."
      )
    if held:
      self._remove_old(table)
    self.folder.mkdir(parents=True, exist_ok=True)
    self._rows: list[tuple[object, ...]] = []

  def write(self, picture: Picture) -> None:
    """Writes a picture's file."""
    name = picture.id.replace("/", "_") + ".jpg"
    write_atomically(self.folder / name, picture.jpeg)
    if not len(picture.points):
      self._rows.append((name, "", ""))
    for x, y in picture.points.tolist():
      self._rows.append((name, f"{x:.2f}", f"{y:.2f}"))

  def __enter__(self) -> "PlainFiles":
    return self

  def __exit__(
    self,
    exception_type: type[BaseException] | None,
    exception: BaseException | None,
    traceback: TracebackType | None,
  ) -> None:
    if exception_type is not None:
      return
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(("image", "x", "y"))
    table.writerows(self._rows)
    write_atomically(self.folder / TABLE, text.getvalue())

  def _remove_old(self, table: Path) -> None:
    with table.open(newline="", encoding="utf-8") as file:
      names = {row["image"] for row in csv.DictReader(file) if "image" in row}
    table.unlink()
    for name in names:
      if Path(name).name == name:
        (self.folder / name).unlink(missing_ok=True)
