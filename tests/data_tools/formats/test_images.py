"""A folder of unlabelled pictures: all of them, in order, none invented."""

from pathlib import Path

import pytest

from cdcc_tf.data.records.dataset import RecordDataset
from cdcc_tf.errors import InputError
from cdcc_tf.output_folder import OutputFolder
from data_tools.common.summary import summary
from data_tools.conversion.convert_dataset import Options, convert
from data_tools.formats import images
from tests.data_tools.formats.exports import picture_files
from tests.helpers import noise_picture, png

NAMES = ["seq_10.jpg", "seq_2.PNG", "deep er/seq_1.jpeg", "c.webp.jpg"]


def ids(root: Path) -> list[str]:
  pictures = list(images.read(root))
  assert all(p.points is None and p.upright for p in pictures)
  return [picture.id.removeprefix("train/") for picture in pictures]


def test_folder(tmp_path: Path):
  picture_files(tmp_path, *NAMES)
  (tmp_path / "notes.txt").touch()
  (tmp_path / "._seq_2.PNG").touch()
  (tmp_path / "folder.jpg").mkdir()
  picture_files(tmp_path / ".thumbnails", *NAMES)
  expected = ["c.webp.jpg", "deep er/seq_1.jpeg", "seq_2.PNG", "seq_10.jpg"]
  assert ids(tmp_path) == expected


@pytest.mark.parametrize(
  ("pattern", "expected"),
  [
    ("*.jpg", ["c.webp.jpg", "seq_10.jpg"]),
    ("seq_*", ["seq_2.PNG", "seq_10.jpg"]),
    ("*/*", ["deep er/seq_1.jpeg"]),
    ("deep*/*.jpeg", ["deep er/seq_1.jpeg"]),
    ("**/seq_[12].*", ["deep er/seq_1.jpeg", "seq_2.PNG"]),
    ("seq_10.jpg", ["seq_10.jpg"]),
  ],
)
def test_patterns(tmp_path: Path, pattern: str, expected: list[str]):
  picture_files(tmp_path, *NAMES)
  assert ids(tmp_path / pattern) == expected


def test_converted(tmp_path: Path):
  picture_files(tmp_path / "cam", *NAMES)
  (tmp_path / "cam" / "torn.jpg").write_bytes(b"\xff\xd8")
  output = tmp_path / "records"
  manifest = convert("images", tmp_path / "cam" / "*.*", output, Options())
  assert manifest.pictures == manifest.unlabelled == {"train": 3}
  assert len(manifest.skipped_files) == 1
  assert "source domain" not in summary(manifest)  # nor can they be one
  found = list(RecordDataset.open(output).records("train"))
  assert [record.id for record in found] == [
    *("cam/train/c.webp.jpg", "cam/train/seq_2.PNG", "cam/train/seq_10.jpg")
  ]
  assert not any(record.labelled for record in found)


@pytest.mark.parametrize(
  ("name", "found"),
  [
    ("nowhere", "no such folder"),
    ("*.gif", "a.jpg"),
    ("nowhere/*.jpg", "no such folder"),
    ("empty", "nothing"),
  ],
)
def test_nothing_there(tmp_path: Path, name: str, found: str):
  picture_files(tmp_path, "a.jpg")
  (tmp_path / "empty").mkdir()
  with pytest.raises(InputError, match=f"Found: .*{found}.*Expected") as raised:
    list(images.read(tmp_path / name))
  # The folder above holds a picture, and is not what was meant.
  assert "Did you mean" not in str(raised.value)


def test_kinds_that_are_not_read_are_listed(tmp_path: Path):
  """A phone's pictures would go missing without a word."""
  picture_files(tmp_path / "cam", "a.jpg", "b.gif")
  (tmp_path / "cam" / "IMG_1.HEIC").touch()
  manifest = convert("images", tmp_path / "cam", tmp_path / "out", Options())
  assert manifest.pictures == {"train": 2}
  (skipped,) = manifest.skipped_files
  assert skipped["file"].endswith("IMG_1.HEIC")
  assert skipped["reason"] == ".HEIC is not supported; save it as JPEG or PNG"


def test_overlays_are_nothing_to_adapt_to(tmp_path: Path):
  picture_files(tmp_path / "cam", "a.jpg", "b_density.png")
  drawn = png(noise_picture(8, 8, 0))
  OutputFolder(tmp_path / "cam").write("a_density.png", drawn)
  manifest = convert("images", tmp_path / "cam", tmp_path / "out", Options())
  assert manifest.pictures == {"train": 2}
  (note,) = manifest.notes
  assert note == "Skipped 1 overlays of a prediction."
