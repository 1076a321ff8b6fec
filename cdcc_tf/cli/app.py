"""Runs a command: flags, logging, exit status, errors in one line."""

import io
import logging
import os
import sys
from collections.abc import Callable
from typing import NoReturn

from absl import app, flags
from absl import logging as absl_logging
from tqdm import tqdm

from cdcc_tf.cli import startup
from cdcc_tf.cli.renamed import RENAMED
from cdcc_tf.errors import InputError, first_line

EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130  # 128 + SIGINT, as shells count
_required: list[str] = []


def run(main: Callable[[], None]) -> None:
  """Parses the flags, runs a command, and reports a failure in one line.

  Errors that the user can fix (bad input, a full disk, a folder without write
  permission) exit with status 2, Ctrl-C with 130. Any other exception is a bug
  of this program and shows its traceback.

  Args:
    main: the command's body: it reads flags, makes one call and prints.

  Raises:
    SystemExit: always, with the command's status.
  """
  os.environ.setdefault("KERAS_BACKEND", "tensorflow")
  if isinstance(sys.stdout, io.TextIOWrapper):
    # Do not fail at a file name or a σ that the terminal cannot show.
    sys.stdout.reconfigure(errors="backslashreplace")

  def body(argv: list[str]) -> None:
    if len(argv) > 1:
      raise InputError(
        f"unexpected argument {argv[1]!r}: options start with --name= (see "
        "--help)"
      )
    # TensorFlow logs every saved shard at level INFO.
    absl_logging.set_verbosity(absl_logging.WARNING)
    _speak_above_progress_bars()
    startup.keep_freed_memory()
    startup.quiet_tensorflow()
    main()

  try:
    app.run(body, flags_parser=_parse)
  except InputError as error:
    _end(str(error), EXIT_BAD_INPUT)
  except KeyboardInterrupt:
    _end("interrupted", EXIT_INTERRUPTED)
  except BrokenPipeError:
    # The reader of our output is gone, e.g. `head`. Python would complain again
    # when it flushes at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(EXIT_BAD_INPUT)
  except OSError as error:
    _end(_describe(error), EXIT_BAD_INPUT)
  except Exception as error:  # TensorFlow's own errors, e.g. for a full disk
    if not _is_about_files(error):
      raise
    _end(first_line(error), EXIT_BAD_INPUT)


def require(*names: str) -> None:
  """Declares flags that must be given."""
  _required.extend(names)


def _parse(argv: list[str]) -> list[str]:
  """Parses the flags; every mistake in them is an InputError."""
  files = [text for text in argv if text.lstrip("-").startswith("flagfile")]
  try:
    arguments = flags.FLAGS(argv)
  except SystemExit:
    # absl has printed the help, and exits with status 1.
    sys.exit(0)
  except flags.UnrecognizedFlagError as error:
    where = f" (typed, or in {', '.join(files)})" if files else ""
    old = error.flagname.removeprefix("no")
    new = RENAMED.get(old, "")
    if new.isidentifier():
      new = f"is called --{new} now"
    message = f"--{old} {new}{where}" if new else f"{error}{where}"
    raise InputError(f"{message} (see --help)") from error
  except flags.CantOpenFlagFileError as error:
    cause = error.__context__
    if not isinstance(cause, OSError):
      raise InputError(f"{', '.join(files)}: {error}") from error
    raise InputError(
      f"{cause.filename}: cannot be opened as a flag file ({cause.strerror}). "
      "Where a flag file names another, it is looked for from the folder in "
      "which the command is typed."
    ) from error
  except flags.Error as error:
    message = "; ".join(str(error).splitlines())
    raise InputError(f"{message} (see --help)") from error
  missing = [name for name in _required if not flags.FLAGS[name].value]
  if missing:
    raise InputError(
      "; ".join(f"--{name} is required" for name in missing) + " (see --help)"
    )
  return arguments


def _end(message: str, status: int) -> NoReturn:
  # An interrupted progress bar has not ended its line.
  start = "\n" if getattr(tqdm, "_instances", None) else ""
  name = os.path.basename(sys.argv[0])
  print(f"{start}{name}: {message}", file=sys.stderr)
  sys.exit(status)


def _describe(error: OSError) -> str:
  if error.filename and error.strerror:
    return f"{error.filename}: {error.strerror}."
  return str(error) or type(error).__name__


def _is_about_files(error: Exception) -> bool:
  """Returns whether TensorFlow met a full disk or lacked permission."""
  tensorflow = sys.modules.get("tensorflow")
  return tensorflow is not None and isinstance(
    error,
    tensorflow.errors.ResourceExhaustedError
    | tensorflow.errors.PermissionDeniedError,
  )


class _AboveProgressBars(logging.Handler):
  """Prints log messages above progress bars, which stay whole."""

  def emit(self, record: logging.LogRecord) -> None:
    """Prints one message."""
    tqdm.write(self.format(record), file=sys.stderr)


def _speak_above_progress_bars() -> None:
  handler = _AboveProgressBars()
  handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
  for name in ("cdcc_tf", "data_tools"):
    logger = logging.getLogger(name)
    logger.handlers = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False
