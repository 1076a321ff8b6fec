"""Flags of every command that uses a trained counter: which, computed how.

Defined once, shown in each command's --help as its own.
"""

from absl import flags

flags.disclaim_key_flags()


def define(
  run_help: str, precision: str = "auto", precision_help: str = ""
) -> None:
  """Defines --run, --which and --precision for the command that calls.

  Args:
    run_help: what the command does with the run's counter.
    precision: default of --precision.
    precision_help: added to the help of --precision.
  """
  flags.DEFINE_string("run", None, f"Folder of the run {run_help}.")
  flags.DEFINE_enum(
    "which",
    "best",
    ["best", "last"],
    "The last stage's best counter by --select_by (unless told otherwise, on "
    "the source's validation split), or its last.",
  )
  flags.DEFINE_enum(
    "precision",
    precision,
    ["auto", "float32", "bfloat16"],
    "Compute precision; auto takes bfloat16 where the processor has it."
    + precision_help,
  )


def define_fast() -> None:
  """Defines --fast for the command that calls."""
  flags.DEFINE_bool(
    "fast",
    False,
    "Count in one pass instead of with every mask: a quarter less time, but no "
    "intervals, and counts some percent off those of all masks.",
  )
