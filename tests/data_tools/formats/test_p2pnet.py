"""P2PNet's lists: names with spaces, empty files, nothing outside."""

import os
from pathlib import Path

import pytest

from cdcc_tf.errors import InputError
from data_tools.formats import p2pnet
from data_tools.formats.base import LabelledImage, Unreadable
from tests.data_tools.formats.exports import CROWD, as_lists, picture_files


def write(root: Path, texts: dict[str, str | bytes]) -> Path:
  for name, text in texts.items():
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    content = text.encode() if isinstance(text, str) else text
    (root / name).write_bytes(content)
  return root


def test_pictures_of_the_lists(tmp_path: Path):
  picture_files(tmp_path, "train/a.jpg", "train/my crowd.png", "test/b.JPG")
  picture_files(tmp_path, "train/unlisted.jpg")
  write(
    tmp_path,
    {
      "train/a.txt": "5.25 40.5\n90 3\n",
      "train/my crowd.txt": "",
      "test/b.txt": "\ufeff7 31",
      "part_a_train.list": (
        "train/a.jpg train/a.txt\r\n\n"
        "  train\\my crowd.png \t train/my crowd.txt"
      ),
      "part_a_test.list": "test/b.JPG test/b.txt\n",
    },
  )
  pictures = list(p2pnet.read(tmp_path))
  assert all(isinstance(picture, LabelledImage) for picture in pictures)
  found = {p.id: (p.split, p.points.tolist()) for p in pictures}
  assert found == {
    "test/test/b.JPG": ("test", [[7, 31]]),
    "train/train/a.jpg": ("train", as_lists(CROWD)),
    "train/train/my crowd.png": ("train", []),
  }
  assert all(picture.points.shape[1:] == (2,) for picture in pictures)
  (only,) = p2pnet.read(tmp_path, annotations="part_a_test.list")
  assert only.path == tmp_path / "test/b.JPG"


@pytest.mark.parametrize(
  ("line", "reason"),
  [
    ("a.jpg", "line 1 names no picture and text file"),
    ("a.txt a.jpg", "line 1 names no picture and text file"),
    ("a.jpg ../../etc/a.txt", "line 1: '../../etc/a.txt' leads out"),
    ("/a.jpg a.txt", "line 1: '/a.jpg' is absolute"),
    ("way/a.jpg a.txt", "through a link"),
    ("a.jpg gone.txt", "gone.txt: no annotation file"),
    ("a.jpg three.txt", "three.txt: line 2 is not x y: '3 4 5'"),
    ("a.jpg nan.txt", "nan.txt: line 1 is 'nan', not a number"),
    ("a.jpg latin.txt", "latin.txt: is damaged, or not saved"),
    ("a.jpg folder.txt", "folder.txt: no annotation file"),
  ],
)
def test_bad_line(tmp_path: Path, line: str, reason: str):
  root = picture_files(tmp_path / "in", "a.jpg", "folder.txt/b.jpg")
  write(
    root,
    {
      "a.txt": "1 2\n",
      "three.txt": "1 2\n3 4 5\n",
      "nan.txt": "nan 1\n",
      "latin.txt": b"\xf6 1\n",
      "train.list": f"{line}\na.jpg a.txt\n",
    },
  )
  os.symlink(tmp_path, root / "way")
  bad, good = p2pnet.read(root)
  assert isinstance(bad, Unreadable)
  assert reason in bad.reason
  assert "\n" not in bad.reason
  assert isinstance(good, LabelledImage)


def test_picture_of_both_lists(tmp_path: Path):
  picture_files(tmp_path, "a.jpg")
  line = "a.jpg a.txt"
  write(tmp_path, {"a.txt": "", "test.list": line, "train.list": line})
  first, second = p2pnet.read(tmp_path)
  assert isinstance(first, LabelledImage)
  assert isinstance(second, Unreadable)
  assert "(test.list, line 1, and train.list, line 1)" in second.reason


@pytest.mark.parametrize("content", [b"K\xf6ln.jpg a.txt", b"a.jpg\0 a.txt"])
def test_list_that_is_no_text(tmp_path: Path, content: bytes):
  write(tmp_path, {"train.list": content})
  with pytest.raises(InputError, match=r"train\.list.*UTF-8"):
    list(p2pnet.read(tmp_path))
