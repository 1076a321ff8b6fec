"""Flags that all commands with a trained counter share.

They are defined once and appear in the --help of each command.
"""

from absl import flags

flags.disclaim_key_flags()


def define(
  run_help: str, precision: str = "auto", precision_help: str = ""
) -> None:
  """Defines --run, --which and --precision for the calling command.

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
    "best: the checkpoint that --select_by chose, by default on the source's "
    "validation split; last: the one at the end of training.",
  )
  flags.DEFINE_enum(
    "precision",
    precision,
    ["auto", "float32", "bfloat16"],
    "Precision to compute in; auto: bfloat16 if the processor supports it."
    + precision_help,
  )


def define_fast() -> None:
  """Defines --fast for the calling command."""
  flags.DEFINE_bool(
    "fast",
    False,
    "Count in one pass instead of one per mask: saves a quarter of the time, "
    "but gives no intervals, and counts differ by some percent.",
  )
