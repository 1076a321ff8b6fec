"""What every command shares: starting up, and ending in one clear line."""

import os
import sys
from collections.abc import Callable

from absl import app, flags, logging

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
    logging.set_verbosity(logging.INFO)
    logging.use_absl_handler()
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
