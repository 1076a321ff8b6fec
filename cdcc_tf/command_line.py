"""What every command shares: starting up, and ending in one clear line."""

import logging
import os
import sys
from collections.abc import Callable

from absl import app, flags
from absl import logging as absl_logging
from tqdm import tqdm

from cdcc_tf.errors import InputError

EXIT_BAD_INPUT = 2


def run(main: Callable[[], None]) -> None:
  """Parses the flags, runs a command, and turns bad input into one line.

  Args:
    main: the command's body. It reads its flags, makes one call, prints.
  """
  # TensorFlow greets with a page of notices; set before anything imports it.
  os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
  os.environ.setdefault("KERAS_BACKEND", "tensorflow")

  def body(argv: list[str]) -> None:
    if len(argv) > 1:
      raise app.UsageError(
        f"unexpected argument {argv[1]!r}: options start with --name="
      )
    # TensorFlow notes every saved shard as worth knowing; our own words are.
    absl_logging.set_verbosity(absl_logging.WARNING)
    _speak_above_progress_bars()
    try:
      main()
    except InputError as error:
      print(f"{os.path.basename(sys.argv[0])}: {error}", file=sys.stderr)
      sys.exit(EXIT_BAD_INPUT)

  app.run(body)


def require(*names: str) -> None:
  """Declares flags without which a command cannot start."""
  for name in names:
    flags.register_validator(
      name, bool, message="is required; see --help for what it means"
    )


class _AboveProgressBars(logging.Handler):
  """Prints messages without tearing a progress bar apart."""

  def emit(self, record: logging.LogRecord) -> None:
    """Prints one message."""
    tqdm.write(self.format(record), file=sys.stderr)


def _speak_above_progress_bars() -> None:
  handler = _AboveProgressBars()
  handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
  logger = logging.getLogger("cdcc_tf")
  logger.handlers = [handler]
  logger.setLevel(logging.INFO)
  logger.propagate = False
