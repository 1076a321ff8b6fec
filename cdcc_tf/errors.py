"""The one exception that commands show without a traceback."""


class InputError(ValueError):
  """Something the user gave is wrong: a file, a field, a flag, a folder.

  The message is one sentence or two that name the file and field and say what
  to do about it. Commands print it alone and exit with status 2.
  """
