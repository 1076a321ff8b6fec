"""A plain CSV: three states of a picture, and clear words for a bad table."""

from pathlib import Path

import numpy as np
import pytest

from cdcc_tf.errors import InputError
from data_tools.formats import csv_points
from data_tools.formats.base import LabelledImage, Note, Unreadable
from tests.data_tools.helpers import write_csv


def points_by_id(root: Path) -> dict[str, np.ndarray | None]:
  """Reads a folder in which every picture is usable."""
  pictures = list(csv_points.read(root))
  assert all(isinstance(p, LabelledImage) for p in pictures)
  return {picture.id: picture.points for picture in pictures}


def test_three_states_of_a_picture(tmp_path: Path):
  """Labelled, labelled without people, and not labelled at all."""
  write_csv(
    tmp_path,
    "image,x,y\na.jpg,5.5,40\na.jpg,6,41\nempty.png,,\n",
    "a.jpg",
    "empty.png",
    "other.jpg",
  )
  points = points_by_id(tmp_path)
  assert set(points) == {"train/a.jpg", "train/empty.png", "train/other.jpg"}
  assert points["train/a.jpg"].tolist() == [[5.5, 40], [6, 41]]
  assert points["train/empty.png"].shape == (0, 2)
  assert points["train/other.jpg"] is None


@pytest.mark.parametrize(
  "table",
  [
    b"\xef\xbb\xbfimage,x,y\r\na.jpg,5,40\r\n",
    b"image,x,y\na.jpg,5,40",
    b"y,image,x\n40,a.jpg,5\n",
    b'image,x,y,label\n"a.jpg","5","40",head\n\n',
    b"image,x,y\na.jpg,,\na.jpg,5,40\n",
    b"image,x,y\na.jpg,5,40,\n",
    b"image,x,y\ra.jpg,5,40\r",
  ],
  ids=[
    *("excel", "no last newline", "order", "more columns", "empty row too"),
    *("comma at the end", "old Macintosh"),
  ],
)
def test_spellings_of_the_same_table(tmp_path: Path, table: bytes):
  points = points_by_id(write_csv(tmp_path, table, "a.jpg"))
  assert points["train/a.jpg"].tolist() == [[5, 40]]


def test_names_with_spaces_commas_and_folders(tmp_path: Path):
  names = ["my picture, old.jpg", "deep/er/b.JPG", "Köln.jpeg"]
  rows = "".join(f'"{name}",{i},{2 * i}\n' for i, name in enumerate(names))
  points = points_by_id(write_csv(tmp_path, "image,x,y\n" + rows, *names))
  for index, name in enumerate(names):
    assert points[f"train/{name}"].tolist() == [[index, 2 * index]]


def test_duplicates_are_kept(tmp_path: Path):
  write_csv(tmp_path, "image,x,y\na.jpg,1,2\na.jpg,1,2\n", "a.jpg")
  assert len(points_by_id(tmp_path)["train/a.jpg"]) == 2


@pytest.mark.parametrize(
  ("header", "absent"),
  [
    ("image,x", "y"),
    ("name,x,y", "image"),
    ("image;x", "image, x, y"),
    ("", "image, x, y"),
  ],
)
def test_missing_column_is_named(tmp_path: Path, header: str, absent: str):
  write_csv(tmp_path, f"{header}\na.jpg,5,40\n" if header else "", "a.jpg")
  with pytest.raises(
    InputError, match=rf"column {absent} is missing"
  ) as raised:
    list(csv_points.read(tmp_path))
  assert str(tmp_path / "points.csv") in str(raised.value)


@pytest.mark.parametrize(
  "row",
  [
    "a.jpg,nan,3",
    "a.jpg,3,inf",
    "a.jpg,five,3",
    "a.jpg,,3",
    "a.jpg,3,",
    "a.jpg,1e300,2",
    "a.jpg,3",
    "a.jpg",
    "b.jpg",
  ],
)
def test_bad_number_is_located(tmp_path: Path, row: str):
  write_csv(tmp_path, f"image,x,y\na.jpg,1,2\n{row}\n", "a.jpg")
  with pytest.raises(InputError, match=r"points\.csv, line 3: x=.* y=.*"):
    list(csv_points.read(tmp_path))


@pytest.mark.parametrize(
  ("table", "message"),
  [
    ("y,x,image\n1,2,a.jpg\n1,2\n", "line 3: no picture name"),
    ("y,x,image\n1,2,a.jpg\n1\n", "line 3: no picture name"),
    ("image,x,y\n,1,2\n", "line 2: no picture name"),
    ("image,x,y\na.jpg,1,5,2,5\n", "line 2: more values than columns"),
    ('image,x,y\na.jpg,"1,023",5\n', "line 2: x=.1,023.* thousands"),
    ('image,x,y\na.jpg,5,"1,023,456"\n', "line 2: .* thousands"),
    ('image,x,y\na.jpg,1,2\n"a.jpg,1,2\na.jpg,1,2\n', "line 4: .*quotes"),
    ('image,x,y\na.jpg,1,2\n"a".jpg,1,2\n', "line 3: .*quotes"),
    ('"image,x,y\na.jpg,1,2\n', "line 2: .*quotes"),
    (f"image,x,y\n{'a' * 200_000}.jpg,1,2\n", "line 2: field larger"),
    ("image,x,y\na.jpg,1,2\na\0.jpg,1,2\n", "line 3 holds a zero byte"),
    ("image,x,y\na.jpg,1,2\0\n", "line 2 holds a zero byte"),
    ("\0" * 50, "line 1 holds a zero byte"),
  ],
)
def test_bad_line_is_located(tmp_path: Path, table: str, message: str):
  write_csv(tmp_path, table, "a.jpg")
  with pytest.raises(InputError, match=rf"points\.csv[,:] {message}"):
    list(csv_points.read(tmp_path))


def test_table_that_cannot_be_opened(
  tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
  write_csv(tmp_path, "image,x,y\n", "a.jpg")

  def fails(path: Path) -> bytes:
    raise PermissionError(13, "Permission denied", str(path))

  monkeypatch.setattr(Path, "read_bytes", fails)
  with pytest.raises(InputError, match=r"points\.csv: cannot be read.*denied"):
    list(csv_points.read(tmp_path))


def test_folder_named_like_a_table_is_none(tmp_path: Path):
  (tmp_path / "old.csv").mkdir()
  write_csv(tmp_path, "image,x,y\na.jpg,1,2\n", "a.jpg")
  assert len(points_by_id(tmp_path)["train/a.jpg"]) == 1


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_table_in_another_encoding_is_named(tmp_path: Path, encoding: str):
  table = "image,x,y\nKöln.jpg,1,2\n".encode(encoding)
  write_csv(tmp_path, table, "Köln.jpg")
  with pytest.raises(InputError, match=r"points\.csv"):
    list(csv_points.read(tmp_path))


def test_picture_of_an_unread_kind(tmp_path: Path):
  """It is there, so "missing" would send people looking for it."""
  write_csv(tmp_path, "image,x,y\na.jpg,1,2\nb.heic,1,2\n", "a.jpg")
  (tmp_path / "b.heic").touch()
  (unread,) = [
    item for item in csv_points.read(tmp_path) if isinstance(item, Unreadable)
  ]
  assert unread.path == tmp_path / "b.heic"
  assert "named in points.csv but of an unsupported kind" in unread.reason


def test_picture_named_but_missing(tmp_path: Path):
  write_csv(tmp_path, "image,x,y\ngone.jpg,1,2\na.jpg,1,2\n", "a.jpg")
  missing, present = csv_points.read(tmp_path)
  assert isinstance(missing, Unreadable)
  assert missing.path == tmp_path / "gone.jpg"
  assert "points.csv" in missing.reason
  assert isinstance(present, LabelledImage)


@pytest.mark.parametrize("tables", [0, 2])
def test_one_table_is_wanted(tmp_path: Path, tables: int):
  for index in range(tables):
    (tmp_path / f"{index}.csv").write_text("image,x,y\n")
  message = "0.csv, 1.csv.*--annotations=0.csv" if tables else "Found: nothing"
  with pytest.raises(InputError, match=message):
    list(csv_points.read(tmp_path))


def test_no_folder_at_all(tmp_path: Path):
  with pytest.raises(InputError, match="no such folder"):
    list(csv_points.read(tmp_path / "nowhere"))


@pytest.mark.parametrize(
  "table",
  [
    "image;x;y\na.jpg;5,5;40\n",
    "\ufeffimage;x;y\r\na.jpg;5.5;40,0\r\n",
    "image\tx\ty\na.jpg\t5.5\t40\n",
    "image|x|y\na.jpg|5.5|40\n",
    'image,x,y\na.jpg,"5,5",40\n',
    "Image, X ,Y\na.jpg, 5.5, 40\n",
    '"image";"x";"y"\n"a.jpg";"5,5";"40"\n',
    '"image";"x";"y"\n"a.jpg";"5,500";"40,000"\n',
    "image,x,y\na,5.5,40\n",
    "image,x,y\nA.JPG,5.5,40\n",
    "image,x,y\n.\\a.jpg,5.5e0,4e1\n",
  ],
)
def test_spellings_of_other_programs(tmp_path: Path, table: str):
  points = points_by_id(write_csv(tmp_path, table, "a.jpg"))
  assert points["train/a.jpg"].tolist() == [[5.5, 40]]


def test_names_without_the_folder_of_all_pictures(tmp_path: Path):
  table = "image,x,y\na.jpg,5,40\nb,6,41\n"
  points = points_by_id(
    write_csv(tmp_path, table, "images/a.jpg", "images/b.png")
  )
  assert points["train/images/a.jpg"].tolist() == [[5, 40]]
  assert points["train/images/b.png"].tolist() == [[6, 41]]


@pytest.mark.parametrize("name", ["../a.jpg", "/a.jpg", "C:\\a.jpg", "x/../.."])
def test_names_that_lead_out(tmp_path: Path, name: str):
  write_csv(tmp_path, f"image,x,y\n{name},5,40\n", "a.jpg")
  refused, unlabelled = csv_points.read(tmp_path)
  assert isinstance(refused, Unreadable)
  assert refused.path == tmp_path / "points.csv"
  assert "picture '" in refused.reason
  assert isinstance(unlabelled, LabelledImage)
  assert unlabelled.points is None


def test_name_that_fits_several(tmp_path: Path):
  write_csv(tmp_path, "image,x,y\na,5,40\n", "a.jpg", "a.png")
  refused, *others = csv_points.read(tmp_path)
  assert isinstance(refused, Unreadable)
  assert "fits 2 pictures (a.jpg, a.png)" in refused.reason
  assert len(others) == 2


def test_one_picture_by_two_names(tmp_path: Path):
  write_csv(tmp_path, "image,x,y\na,5,40\na.jpg,6,41\n", "a.jpg")
  (item,) = csv_points.read(tmp_path)
  assert isinstance(item, Unreadable)
  assert "labelled twice (picture 'a' and picture 'a.jpg')" in item.reason


def test_pictures_come_in_order_of_their_numbers(tmp_path: Path):
  names = [f"seq_{n}.jpg" for n in (10, 2, 1)]
  write_csv(tmp_path, "image,x,y\n", *names)
  assert list(points_by_id(tmp_path)) == [
    f"train/seq_{n}.jpg" for n in (1, 2, 10)
  ]


def test_column_twice(tmp_path: Path):
  write_csv(tmp_path, "image,x,y,x\na.jpg,1,2,3\n", "a.jpg")
  with pytest.raises(InputError, match="column x appears twice"):
    list(csv_points.read(tmp_path))


def test_shares_of_the_size(tmp_path: Path):
  write_csv(tmp_path, "image,x,y\na.jpg,0.25,0.9\nb.jpg,,\n", "a.jpg", "b.jpg")
  pictures = list(csv_points.read(tmp_path, coordinates="normalised"))
  assert all(isinstance(p, LabelledImage) for p in pictures)
  assert pictures[0].normalised
  assert pictures[0].points.tolist() == [[0.25, 0.9]]
  note, *_ = csv_points.read(tmp_path)
  assert isinstance(note, Note)
  assert "--coordinates=normalised" in note.text


@pytest.mark.parametrize(
  ("row", "doubted"),
  [("a.jpg,1,1", True), ("a.jpg,0.5,1.5", False), ("a.jpg,,", False)],
)
def test_pixels_that_may_be_shares(tmp_path: Path, row: str, doubted: bool):
  write_csv(tmp_path, f"image,x,y\n{row}\n", "a.jpg")
  items = list(csv_points.read(tmp_path))
  assert isinstance(items[0], Note) == doubted


def test_pixels_called_shares(tmp_path: Path):
  write_csv(tmp_path, "image,x,y\na.jpg,0.5,512\n", "a.jpg")
  with pytest.raises(InputError, match="has a coordinate 512, so they are no"):
    list(csv_points.read(tmp_path, coordinates="normalised"))


def test_pixels_counted_from_one(tmp_path: Path):
  """The whole picture, from 0.5 to its width + 0.5, stays inside."""
  write_csv(tmp_path, "image,x,y\na.jpg,0.5,40\na.jpg,100.5,1\n", "a.jpg")
  (picture,) = csv_points.read(tmp_path, coordinates="one_based")
  assert isinstance(picture, LabelledImage)
  assert picture.points is not None
  assert picture.points.tolist() == [[0, 39.5], [100, 0.5]]


def test_unknown_coordinates(tmp_path: Path):
  with pytest.raises(InputError, match="--coordinates=feet: for this"):
    list(csv_points.read(tmp_path, coordinates="feet"))


def test_table_by_name(tmp_path: Path):
  write_csv(tmp_path, "image,x,y\na.jpg,5,40\n", "a.jpg")
  (tmp_path / "old.csv").write_text("no table")
  (picture,) = csv_points.read(tmp_path, annotations="points.csv")
  assert isinstance(picture, LabelledImage)
