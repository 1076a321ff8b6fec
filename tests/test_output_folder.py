"""Only what a command wrote, and is as it wrote it, is replaced or removed."""

from pathlib import Path

import pytest

from cdcc_tf import output_folder
from cdcc_tf.errors import InputError
from cdcc_tf.output_folder import LIST, OutputFolder, written_in


@pytest.fixture
def folder(tmp_path: Path) -> OutputFolder:
  """A folder with a file of ours and one of the user's."""
  folder = OutputFolder(tmp_path / "new" / "out")
  folder.write("ours.csv", "1")
  (folder.path / "theirs.csv").write_text("2")
  return folder


def test_what_was_written_is_known(folder: OutputFolder) -> None:
  assert written_in(folder.path) == {"ours.csv", LIST}
  folder.write("b\udce9.png", b"\x89")  # a name that is no text
  folder.write("ours.csv", "3")
  assert written_in(folder.path) == {"ours.csv", "b\udce9.png", LIST}
  assert written_in(folder.path.parent) == written_in(Path("none")) == set()


@pytest.mark.parametrize("changed", ["theirs.csv", "ours.csv"])
def test_files_of_the_user_are_never_replaced(
  folder: OutputFolder, changed: str
) -> None:
  folder.refuse_others(["ours.csv", "another.csv"])
  (folder.path / changed).write_text("mine")
  with pytest.raises(InputError, match=rf"{changed}: not written .*--output"):
    folder.refuse_others(["another.csv", changed])
  folder.remove(["ours.csv", "theirs.csv", "another.csv"])
  assert (folder.path / changed).read_text() == "mine"
  assert (folder.path / "ours.csv").exists() == (changed == "ours.csv")
  OutputFolder(folder.path, all_ours=True).refuse_others([changed])


def test_killed_before_or_while_a_file_is_written(folder: OutputFolder) -> None:
  output_folder.note(folder.path, "ours.csv", b"not yet")
  output_folder.note(folder.path, "next.csv", b"not yet")
  with (folder.path / LIST).open("a") as file:
    file.write('\n7\n["torn')
  folder.refuse_others(["ours.csv", "next.csv"])
  (folder.path / "next.csv").write_text("mine")
  folder.write("last.csv", "4")
  assert written_in(folder.path) == {"ours.csv", "last.csv", LIST}


def test_a_full_folder_is_refused(folder: OutputFolder) -> None:
  with pytest.raises(InputError, match=r"not empty, and not a run\. .*--out"):
    folder.refuse_filled(unless="config.json", what="a run")
  folder.refuse_filled(unless="ours.csv")
  OutputFolder(folder.path / "not" / "there").refuse_filled()


def test_a_file_is_no_folder(folder: OutputFolder) -> None:
  for name, message in (
    ("ours.csv", r"--files=.*ours\.csv is a file\. Name a folder"),
    ("ours.csv/in/side", r"side: .*ours\.csv, is a file\. Name a folder"),
  ):
    with pytest.raises(InputError, match=message):
      OutputFolder(folder.path / name, "--files")
