"""How an option is declared, and how one out of range is refused."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from cdcc_tf.errors import InputError


def option(default: Any, help: str, choices: Sequence[str] = ()) -> Any:
  """Declares a field with the help text of its flag."""
  return dataclasses.field(
    default=default, metadata={"help": help, "choices": list(choices)}
  )


def check(holds: bool, name: str, remedy: str) -> None:
  """Refuses an option.

  Args:
    holds: what must be so.
    name: of the option.
    remedy: what follows "must be".

  Raises:
    InputError: it is not so.
  """
  if not holds:
    raise InputError(f"--{name} must be {remedy}.")
