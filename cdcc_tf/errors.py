"""The one exception that commands show without a traceback."""


class InputError(ValueError):
  """Something the user gave is wrong: a file, a field, a flag, a folder.

  The message is one sentence or two that name the file and field and say what
  to do about it. Commands print it alone and exit with status 2.
  """


def first_line(error: BaseException) -> str:
  """Returns what an error says in one line; its kind if it says nothing."""
  lines = str(error).strip().splitlines()
  return lines[0] if lines else type(error).__name__
