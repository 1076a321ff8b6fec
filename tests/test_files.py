"""Files are written whole or not at all."""

import errno
from pathlib import Path

import pytest

from cdcc_tf import files


@pytest.mark.parametrize("content", ["text ÄÖ", b"\x00\xff"])
def test_write_atomically(tmp_path: Path, content: str | bytes):
  path = tmp_path / "new" / "file"
  files.write_atomically(path, "before")
  files.write_atomically(path, content)
  expected = content.encode() if isinstance(content, str) else content
  assert path.read_bytes() == expected
  assert [p.name for p in path.parent.iterdir()] == ["file"]


def test_failed_write_leaves_the_old_file(
  tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
  path = tmp_path / "file"
  files.write_atomically(path, "before")

  def fails(source: Path, target: Path) -> None:
    raise OSError(errno.ENOSPC, "disk full")  # as systems say it: no name

  monkeypatch.setattr(files.os, "replace", fails)
  with pytest.raises(OSError, match="disk full") as raised:
    files.write_atomically(path, "after")
  assert raised.value.filename == str(path)
  assert path.read_text() == "before"
  assert [p.name for p in path.parent.iterdir()] == ["file"]
