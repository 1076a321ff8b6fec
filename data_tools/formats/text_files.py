"""Text files, however damaged: their lines or one line."""

from pathlib import Path

# Several times the largest list or annotation.
MAX_BYTES = 64 << 20


def read_lines(path: Path) -> list[str]:
  """Reads a text file's lines, with and without byte order mark.

  Raises:
    FileNotFoundError: there is no such file.
    OSError: it cannot be opened.
    ValueError: it is no text; says so in one line.
  """
  if not path.is_file():
    raise FileNotFoundError("no annotation file for the picture")
  if path.stat().st_size > MAX_BYTES:
    raise ValueError(f"is larger than {MAX_BYTES >> 20} MB: no annotation")
  try:
    text = path.read_text(encoding="utf-8-sig")
  except UnicodeDecodeError as error:
    raise ValueError("is damaged or no UTF-8 text") from error
  # Not splitlines, which also breaks at what is no line break in a file.
  return text.split("\n")
