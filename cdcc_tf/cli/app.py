"""What every command shares: starting up, and ending in one clear line."""

import io
import logging
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from absl import app, flags
from absl import logging as absl_logging
from tqdm import tqdm

from cdcc_tf.cli import memory, startup
from cdcc_tf.errors import InputError, first_line

EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130  # 128 + SIGINT, as shells count


def run(main: Callable[[], None]) -> None:
  """Parses the flags, runs a command, and ends in one line if it fails.

  What the user can mend (bad input, a full disk, a folder that may not be
  written) exits with status 2; Ctrl-C with 130. Anything else is a fault of
  this program and shows where.

  Args:
    main: the command's body. It reads its flags, makes one call, prints.

  Raises:
    SystemExit: always, with the command's status.
  """
  os.environ.setdefault("KERAS_BACKEND", "tensorflow")
  if isinstance(sys.stdout, io.TextIOWrapper):
    # A file's name or a σ that the terminal cannot show is no reason to fail.
    sys.stdout.reconfigure(errors="backslashreplace")

  def body(argv: list[str]) -> None:
    if len(argv) > 1:
      raise InputError(
        f"unexpected argument {argv[1]!r}: options start with --name= (see "
        "--help)"
      )
    # TensorFlow notes every saved shard as worth knowing; our own words are.
    absl_logging.set_verbosity(absl_logging.WARNING)
    _speak_above_progress_bars()
    memory.keep_freed()
    startup.import_tensorflow()
    main()

  try:
    app.run(body, flags_parser=_parse)
  except InputError as error:
    _end(str(error), EXIT_BAD_INPUT)
  except KeyboardInterrupt:
    _end("interrupted", EXIT_INTERRUPTED)
  except BrokenPipeError:
    # Whoever read our output (`head`, a closed pager) has seen enough. Python
    # would complain once more when it flushes at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(EXIT_BAD_INPUT)
  except OSError as error:
    _end(_describe(error), EXIT_BAD_INPUT)
  except Exception as error:  # TensorFlow has its own for a full disk
    if not _is_about_files(error):
      raise
    _end(first_line(error), EXIT_BAD_INPUT)


def require(*names: str) -> None:
  """Declares flags without which a command cannot start."""
  for name in names:
    flags.register_validator(name, bool, message="is required")


def output_folder(name: str | Path, empty: bool = False) -> Path:
  """Returns the folder of `--output`, which need not be there yet.

  To be asked before the work begins: what is written last fails last.

  Args:
    name: of the folder.
    empty: whether nothing may be in it.

  Raises:
    InputError: it, or what it is to lie in, is a file; or something is in it.
  """
  folder = Path(name)
  for place in (folder, *folder.parents):
    if place.exists() and not place.is_dir():
      inside = "" if place == folder else f": {place},"
      raise InputError(
        f"--output={name}{inside} is a file. Name a folder; a new one is made."
      )
  if empty and folder.is_dir() and any(folder.iterdir()):
    raise InputError(f"--output={name}: not empty. Choose another --output.")
  return folder


def _parse(argv: list[str]) -> list[str]:
  try:
    return flags.FLAGS(argv)
  except SystemExit:
    # absl has printed what --help asked for, and calls that a failure.
    sys.exit(0)
  except flags.CantOpenFlagFileError as error:
    raise InputError(_unopened(error, argv)) from error
  except flags.Error as error:
    message = "; ".join(str(error).splitlines())
    message = re.sub(
      r"flag (--\w+)=(None)?: is required", r"\1 is required", message
    )
    raise InputError(f"{message}{_where(error, argv)} (see --help)") from error


def _unopened(error: flags.CantOpenFlagFileError, argv: list[str]) -> str:
  """Says which flag file cannot be opened, whether typed or named in one."""
  cause = error.__context__
  if not isinstance(cause, OSError):
    return str(error).removeprefix("ERROR:: ")
  reason = "no such flag file"
  if not isinstance(cause, FileNotFoundError):
    reason = f"cannot be read as a flag file ({cause.strerror})"
  file = str(cause.filename)
  given = (text.partition("=")[2] or text for text in argv[1:])
  if file in map(os.path.expanduser, given):
    return f"{file}: {reason}"
  return (
    f"{file}: {reason}. A flag file names it, as found from the folder in "
    "which the command is typed: for those in experiments/, the checkout's"
  )


def _where(error: flags.Error, argv: list[str]) -> str:
  """Says of an error in a flag file where to look."""
  files = [text for text in argv if text.lstrip("-").startswith("flagfile")]
  name = getattr(error, "flagname", "")
  typed = any(text.lstrip("-").startswith(name) for text in argv[1:])
  if isinstance(error, flags.UnrecognizedFlagError) and files and not typed:
    return (
      f"; it stands in {', '.join(files)}, or in a file that is named there"
    )
  return ""


def _end(message: str, status: int) -> NoReturn:
  # A progress bar that was cut off leaves its line unfinished.
  start = "\n" if getattr(tqdm, "_instances", None) else ""
  name = os.path.basename(sys.argv[0])
  print(f"{start}{name}: {message}", file=sys.stderr)
  sys.exit(status)


def _describe(error: OSError) -> str:
  if error.filename and error.strerror:
    return f"{error.filename}: {error.strerror}."
  return str(error) or type(error).__name__


def _is_about_files(error: Exception) -> bool:
  """Whether TensorFlow met a full disk or a folder it may not write."""
  tensorflow = sys.modules.get("tensorflow")
  return tensorflow is not None and isinstance(
    error,
    tensorflow.errors.ResourceExhaustedError
    | tensorflow.errors.PermissionDeniedError,
  )


class _AboveProgressBars(logging.Handler):
  """Prints messages without tearing a progress bar apart."""

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
