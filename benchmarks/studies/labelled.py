"""What studies of labelled target pictures have in common: flags, pictures."""

from pathlib import Path

from absl import flags

from cdcc_tf.data.records.dataset import RecordDataset
from cdcc_tf.data.records.record import CrowdRecord


def define_flags(values: flags.FlagValues) -> None:
  """Defines which pictures to look at, and in what precision to count."""
  flags.DEFINE_string(
    "records", None, "Labelled records of the target.", flag_values=values
  )
  define_choice(values)
  flags.DEFINE_enum(
    "compute",
    "auto",
    ["auto", "float32", "bfloat16"],
    "Precision.",
    flag_values=values,
  )


def define_choice(values: flags.FlagValues) -> None:
  """Defines which pictures of labelled records to take."""
  flags.DEFINE_string("split", "dev", "Their split.", flag_values=values)
  flags.DEFINE_integer(
    "every", 1, "Take every n-th picture only.", 1, flag_values=values
  )


def pictures(records: Path, split: str, every: int) -> list[CrowdRecord]:
  """Returns every n-th picture of a split."""
  return list(RecordDataset.open(records).records(split))[::every]
