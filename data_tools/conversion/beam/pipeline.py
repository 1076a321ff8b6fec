"""Conversion past one machine: an Apache Beam pipeline that writes shards.

The reader runs where the command does; annotations are small. Beam's workers
read and check pictures and write shards, wherever they are. Only where things
lie goes between machines: the folders of the data set and of the records must
be the same for all, e.g. on a network file system.
"""

import dataclasses
import logging
import pickle
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from cdcc_tf.data.records.image_table import Row
from cdcc_tf.data.records.shards import (
  TEMPORARY_SUFFIX,
  PlannedShard,
  planned_shards,
  write_shard,
)
from cdcc_tf.data.records.writer import row_of
from cdcc_tf.files import write_atomically
from data_tools.conversion.beam import ON_THIS_MACHINE
from data_tools.conversion.image_files import UnusableImage
from data_tools.conversion.to_record import Preparation, record_id
from data_tools.formats.base import Item, LabelledImage

logger = logging.getLogger(__name__)

_IMAGES_PER_PART = 16
_SPLITS = f"splits{TEMPORARY_SUFFIX}"


@dataclasses.dataclass(frozen=True)
class _Example:
  """A record that is ready: what is in it, and where its bytes lie."""

  row: Row
  file: str
  start: int
  length: int


def write_shards(
  folder: Path,
  items: Sequence[Item],
  splits: Mapping[str, str],
  preparation: Preparation,
  runner: str,
  runner_options: Sequence[str],
) -> None:
  """Writes the shards of a data set, the same as `Shards` does.

  Pictures that cannot be used are in none of them.

  Args:
    folder: for the shards.
    items: from a reader.
    splits: picture id to split.
    preparation: what is done to pictures; those it has are left out, and their
      shards are taken to be there.
    runner: Beam's name of what runs the pipeline.
    runner_options: `--name=value` or `--name`, for the runner.
  """
  pictures = [item for item in items if isinstance(item, LabelledImage)]
  members = [splits[picture.id] for picture in pictures]
  write_atomically(folder / _SPLITS, pickle.dumps(members))
  parts = list(_parts(folder, pictures, preparation))
  logger.info("%s prepares %d pictures.", runner, len(pictures))
  options = PipelineOptions([*runner_options, "--no_pipeline_type_check"])
  # By its name Beam would first try to download another one from the network.
  engine = FnApiRunner() if runner == ON_THIS_MACHINE else runner
  elsewhere = dataclasses.replace(preparation, has=_nothing)
  with beam.Pipeline(engine, options) as pipeline:
    prepared = (
      pipeline
      | "parts" >> beam.Create(parts)
      | "spread" >> beam.Reshuffle()
      | "prepare"
      >> beam.ParDo(_Prepare(folder, elsewhere)).with_outputs(
        "unusable", main="examples"
      )
    )
    unusable = beam.pvalue.AsList(prepared.unusable)
    (
      prepared.examples
      | "choose shards" >> beam.ParDo(_ChooseShard(folder), unusable)
      | "by shard" >> beam.GroupByKey()
      | "write" >> beam.ParDo(_WriteShard(folder), unusable)
    )


def _nothing(record_id: str) -> bool:
  return False


def _parts(
  folder: Path, pictures: Sequence[LabelledImage], preparation: Preparation
) -> Iterator[str]:
  """Writes down what is to be prepared; yields the names of the files.

  In files, because a pipeline of a large data set would be too large to submit.
  """
  wanted = [
    (place, picture)
    for place, picture in enumerate(pictures)
    if not preparation.has(record_id(preparation.prefix, picture))
  ]
  for start in range(0, len(wanted), _IMAGES_PER_PART):
    name = f"part-{start // _IMAGES_PER_PART:06d}"
    part = [
      (place, preparation.loaded(picture))
      for place, picture in wanted[start : start + _IMAGES_PER_PART]
    ]
    content = pickle.dumps(part, pickle.HIGHEST_PROTOCOL)
    write_atomically(folder / f"{name}{TEMPORARY_SUFFIX}", content)
    yield name


class _Prepare(beam.DoFn):
  """Part in; (place, `_Example`) out, or the place of an unusable picture."""

  def __init__(self, folder: Path, preparation: Preparation):
    self._folder, self._preparation = folder, preparation

  def process(self, name: str) -> Iterator[Any]:
    part = self._folder / f"{name}{TEMPORARY_SUFFIX}"
    splits = _splits(self._folder)
    file = f"{name}.examples{TEMPORARY_SUFFIX}"
    examples = bytearray()
    for place, picture in pickle.loads(part.read_bytes()):
      outcome = self._preparation.of(picture)
      if isinstance(outcome, UnusableImage):
        yield beam.pvalue.TaggedOutput("unusable", place)
        continue
      assert outcome is not None
      record, origin = outcome
      example = record.serialize()
      row = row_of(record, splits[place], origin)
      yield place, _Example(row, file, len(examples), len(example))
      examples += example
    # Runners may do a part twice, even at once; it comes out the same.
    write_atomically(self._folder / file, bytes(examples))


class _KnowsShards(beam.DoFn):
  """Knows which shards there will be, once it is told what is unusable."""

  def __init__(self, folder: Path):
    self._folder = folder
    self._known: list[PlannedShard] = []

  def _shards(self, unusable: Sequence[int]) -> list[PlannedShard]:
    """Returns all shards; their members are places among all pictures."""
    if not self._known:
      splits, left_out = _splits(self._folder), set(unusable)
      places = [place for place in range(len(splits)) if place not in left_out]
      self._known = [
        dataclasses.replace(
          shard, members=tuple(places[member] for member in shard.members)
        )
        for shard in planned_shards([splits[place] for place in places])
      ]
    return self._known


class _ChooseShard(_KnowsShards):
  """(place, example) in; (order of its shard, (place, example)) out."""

  def __init__(self, folder: Path):
    super().__init__(folder)
    self._order_of: dict[int, int] = {}

  def process(self, element: Any, unusable: Any) -> Iterator[Any]:
    if not self._order_of:
      for shard in self._shards(unusable):
        self._order_of |= dict.fromkeys(shard.members, shard.order)
    yield self._order_of[element[0]], element


class _WriteShard(_KnowsShards):
  """Writes the shard of the examples that come with its order."""

  def process(self, element: Any, unusable: Any) -> None:
    order, members = element
    shard = self._shards(unusable)[order]
    examples = [example for _, example in sorted(members, key=lambda m: m[0])]
    write_shard(self._folder, shard, map(self._read, examples))

  def _read(self, example: _Example) -> tuple[bytes, Row]:
    with open(self._folder / example.file, "rb") as file:
      file.seek(example.start)
      return file.read(example.length), example.row


def _splits(folder: Path) -> list[str]:
  return pickle.loads((folder / _SPLITS).read_bytes())
