"""The one exception that commands show without a traceback."""

import re


class InputError(ValueError):
  """Something the user gave is wrong: a file, a field, a flag, a folder.

  The message is one sentence or two that name the file and field and say what
  to do about it. Commands print it alone and exit with status 2.
  """


def first_line(error: BaseException) -> str:
  """Returns what an error says in one line; its kind if it says nothing.

  TensorFlow puts its own node's name before the reason, and more behind.
  """
  lines = str(error).strip().splitlines()
  reason = re.sub(r"\{\{.*?\}\}+ *| *\[Op:.*", "", lines[0]) if lines else ""
  return reason or type(error).__name__
