"""Which picture goes to which split: decided once, written into the records."""

import dataclasses
import random
from collections.abc import Mapping

from cdcc_tf.errors import InputError


@dataclasses.dataclass(frozen=True)
class Splits:
  """How a data set's training pictures are divided; see `assign_splits`."""

  val_fraction: float = 0.0
  dev_every: int = 0

  def __str__(self) -> str:
    parts = ["train"]
    if self.val_fraction:
      parts.append(f"val ({self.val_fraction:.0%} of train, drawn at random)")
    if self.dev_every:
      parts.append(f"dev (1 in {self.dev_every} of train, in order)")
    return ", ".join(parts)


def check_shares(val_fraction: float, dev_every: int) -> None:
  """Raises InputError if an option is out of range."""
  if not 0 <= val_fraction < 1:
    raise InputError(
      f"--val_fraction={val_fraction}: give a share from 0 to below 1."
    )
  if dev_every < 0 or dev_every == 1:
    raise InputError(
      f"--dev_every={dev_every}: give 0 for no dev split, or 2 and more."
    )


def assign_splits(
  ids: list[str],
  val_fraction: float,
  dev_every: int,
  seed: int,
  units: Mapping[str, str] | None = None,
) -> dict[str, str]:
  """Divides training pictures into `train`, `val` and `dev`.

  `dev` pictures are for development figures on a labelled target domain: every
  `dev_every`-th picture in order. `val` is drawn at random from the rest.
  Pictures of one unit, e.g. the frames of a video, stay together: then it is
  units that are counted and drawn, so that `val` and `dev` show something else
  than `train` does.

  Args:
    ids: picture ids, in the data set's order.
    val_fraction: share of the remaining pictures that goes to `val`, in [0, 1).
    dev_every: 0 for no `dev` split; 4 sends the 4th, 8th, … picture to it.
    seed: of the draw of `val`.
    units: picture id to name of its unit; those not in it are by themselves.

  Returns:
    Picture id to split name.

  Raises:
    InputError: an option is out of range.
  """
  check_shares(val_fraction, dev_every)
  # A picture and a unit may bear the same name.
  named = units or {}
  unit_of = {id: (id in named, named.get(id, id)) for id in ids}
  members = list(dict.fromkeys(unit_of[id] for id in ids))
  splits = dict.fromkeys(members, "train")
  if dev_every:
    splits.update(dict.fromkeys(members[dev_every - 1 :: dev_every], "dev"))
  remaining = [unit for unit in members if splits[unit] == "train"]
  drawn = random.Random(seed).sample(
    remaining, round(val_fraction * len(remaining))
  )
  splits.update(dict.fromkeys(drawn, "val"))
  return {id: splits[unit_of[id]] for id in ids}
