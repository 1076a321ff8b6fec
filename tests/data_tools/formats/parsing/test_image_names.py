"""Names in an export: found where they are meant, never outside."""

import os
from pathlib import Path

import pytest

from cdcc_tf.errors import InputError
from data_tools.formats.parsing.exports import export_files, find_export
from data_tools.formats.parsing.folders import natural_key
from data_tools.formats.parsing.image_names import (
  ImageFolder,
  fixed_part,
  inside,
)


def touch(root: Path, *names: str) -> Path:
  for name in names:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).touch()
  return root


@pytest.mark.parametrize(
  ("name", "expected"),
  [
    ("a.jpg", "a.jpg"),
    ("./cam//a.jpg", "cam/a.jpg"),
    ("cam\\a b.jpg", "cam/a b.jpg"),
    ("cam/../a.jpg", "a.jpg"),
    ("..a..jpg", "..a..jpg"),
    ("a\u202fpm.jpg", "a\u202fpm.jpg"),
  ],
)
def test_names_inside(tmp_path: Path, name: str, expected: str):
  assert inside(tmp_path, name) == tmp_path / expected


@pytest.mark.parametrize(
  "name",
  [
    *("", " ", ".", "/", "a/..", "..", "../a.jpg", "a/../../b.jpg"),
    *("..\\a.jpg", "/etc/passwd", "\\\\server\\a.jpg", "C:\\a.jpg", "c:a.jpg"),
    *("a\0.jpg", "a\n.jpg", "\ud800.jpg", "a" * 300 + ".jpg", "a/" * 3000),
    *("https://host/a.jpg", "file:///etc/passwd"),
  ],
)
def test_names_outside(tmp_path: Path, name: str):
  with pytest.raises(ValueError, match=r".") as raised:
    inside(tmp_path, name)
  assert "\n" not in str(raised.value)
  assert len(str(raised.value)) < 150


def test_names_count_from_where_they_are_written(tmp_path: Path):
  start = tmp_path / "labels"
  assert inside(tmp_path, "../imgs/a.jpg", start) == tmp_path / "imgs/a.jpg"
  with pytest.raises(ValueError, match="leads out"):
    inside(tmp_path, "../../a.jpg", start)


def test_links_out_of_the_folder(tmp_path: Path):
  root = touch(tmp_path / "data", "in/a.jpg", "b.jpg")
  touch(tmp_path, "out/secret.jpg")
  os.symlink(tmp_path / "out", root / "way")
  os.symlink(tmp_path / "out" / "secret.jpg", root / "c.jpg")
  os.symlink(root / "in" / "a.jpg", root / "d.jpg")
  os.symlink(root / "loop.jpg", root / "loop.jpg")
  for name in ("way/secret.jpg", "c.jpg"):
    with pytest.raises(ValueError, match="through a link"):
      inside(root, name)
  assert inside(root, "d.jpg") == root / "d.jpg"
  pictures = ImageFolder(root)
  names = [path.name for path in pictures.paths]
  assert names == ["b.jpg", "d.jpg", "a.jpg"]
  assert pictures.links == [root / "c.jpg"]


@pytest.mark.parametrize(
  ("name", "expected"),
  [
    ("a.jpg", "cam/one/a.jpg"),
    ("one/a.jpg", "cam/one/a.jpg"),
    ("ONE\\A.JPG", "cam/one/a.jpg"),
    ("a", "cam/one/a.jpg"),
    ("Ko\u0308ln", "K\u00f6ln.PNG"),
    ("cam/two/../one/a.jpg", "cam/one/a.jpg"),
    ("b.jpg", "b.jpg"),  # the one of that very name, although there is another
    ("two/a.jpg", None),  # another folder's is another picture
    ("a.png", None),
    ("notes.txt", None),
  ],
)
def test_found(tmp_path: Path, name: str, expected: str | None):
  touch(tmp_path, "cam/one/a.jpg", "K\u00f6ln.PNG", "b.jpg", "cam/b.jpg")
  touch(tmp_path, "notes.txt")
  found = ImageFolder(tmp_path).find(name)
  assert found == (tmp_path / expected if expected else None)


def test_several_pictures_fit(tmp_path: Path):
  touch(tmp_path, "one/a.jpg", "two/a.jpg", "b.jpg", "b.png")
  pictures = ImageFolder(tmp_path)
  for name in ("a.jpg", "b"):
    with pytest.raises(ValueError, match="fits 2 pictures"):
      pictures.find(name)
  assert pictures.find("two/a.jpg") == tmp_path / "two/a.jpg"


@pytest.mark.parametrize(
  ("address", "expected"),
  [
    ("/data/upload/3/1a2b3c4d-a%20b.jpg", "img/a b.jpg"),
    ("/data/local-files/?d=set/img/c.jpg", "img/c.jpg"),
    ("/data/local-files/?d=set%2Fimg%2Fc.jpg", "img/c.jpg"),
    ("https://host/img/c.jpg?token=x%20y", "img/c.jpg"),
    ("s3://bucket/c.jpg", "img/c.jpg"),
    ("c.jpg", "img/c.jpg"),
    ("/data/upload/3/5e6f7a8b-d.jpg", "5e6f7a8b-d.jpg"),  # kept its digits
    ("https://host/other.jpg", None),
  ],
)
def test_addresses(tmp_path: Path, address: str, expected: str | None):
  touch(tmp_path, "img/a b.jpg", "img/c.jpg", "5e6f7a8b-d.jpg", "d.jpg")
  found = ImageFolder(tmp_path).find_address(address)
  assert found == (tmp_path / expected if expected else None)


@pytest.mark.parametrize(
  "address",
  ["/data/local-files/?d=../../a.jpg", "http://[", "https://host/", "a\n.jpg"],
)
def test_addresses_of_nothing(tmp_path: Path, address: str):
  touch(tmp_path, "a.jpg")
  with pytest.raises(ValueError, match=r"is no|names no") as raised:
    ImageFolder(tmp_path).find_address(address)
  assert "\n" not in str(raised.value)


def test_numbers_in_names_are_in_order():
  names = ["IMG_10.jpg", "IMG_2.jpg", "IMG_2b.jpg", "a/3", "1.jpg"]
  ordered = sorted(map(Path, names), key=natural_key)
  assert [str(path) for path in ordered] == [
    *("1.jpg", "IMG_2.jpg", "IMG_2b.jpg", "IMG_10.jpg", "a/3")
  ]


def test_fixed_part_of_a_pattern(tmp_path: Path):
  touch(tmp_path, "odd [1]/a.jpg")
  assert fixed_part(tmp_path / "cam*" / "*.jpg") == tmp_path
  assert fixed_part(tmp_path / "odd [1]") == tmp_path / "odd [1]"
  assert fixed_part(tmp_path / "missing") == tmp_path / "missing"


def test_exports_that_are_links_out_of_the_folder(tmp_path: Path):
  root = touch(tmp_path / "data", "in.json")
  touch(tmp_path, "secret.csv")
  os.symlink(tmp_path / "secret.csv", root / "points.csv")
  os.symlink(root / "in.json", root / "same.json")
  with pytest.raises(InputError, match=r"through a link\. Put the file itself"):
    export_files(root, root, (".csv",))
  assert len(export_files(root, root, (".json",))) == 2
  assert export_files(root, root / "nowhere", (".json",)) == []


@pytest.mark.parametrize("given", ["images", "points.csv", ".", "dat"])
def test_nearest_folder_with_an_export_is_named(tmp_path: Path, given: str):
  root = touch(tmp_path / "data", "points.csv", "images/a.jpg")
  folder = tmp_path / "dat" if given == "dat" else root / given
  if given == ".":
    folder = tmp_path
  with pytest.raises(InputError) as raised:
    find_export(folder, None, (".csv",), "LAYOUT")
  assert f"Did you mean --input={root} ?" in str(raised.value)


def test_folder_with_some_file_is_no_data_set(tmp_path: Path):
  touch(tmp_path, "empty/images/a.jpg", "package.json")
  with pytest.raises(InputError) as raised:
    find_export(tmp_path / "empty", None, (".json",), "LAYOUT")
  assert "Did you mean" not in str(raised.value)
