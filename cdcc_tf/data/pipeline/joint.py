"""A stage's training batches: both domains, step by step, in one dict."""

import dataclasses
import itertools
from collections.abc import Mapping, Sequence

import tensorflow as tf

from cdcc_tf.config import DataConfig
from cdcc_tf.data.pipeline import orientation, pseudo_labels
from cdcc_tf.data.pipeline.domains import Domains
from cdcc_tf.data.pipeline.source import source_part
from cdcc_tf.data.pipeline.stream import Part
from cdcc_tf.data.pseudo_labels.cache import PseudoLabelSet


@dataclasses.dataclass(frozen=True)
class StageStream:
  """A stage's batches, any step of which can be reached directly.

  Attributes:
    parts: what each entry of a batch is made of, one after the other.
  """

  parts: Mapping[str, Sequence[Part]]

  def batches(self, first_step: int) -> tf.data.Dataset:
    """Returns the endless stream of batches from a step on.

    Returns:
      Dataset of `{"source": …}` and, with a target, also `"target": …`.
    """
    entries = {
      name: _side_by_side([part.batches(first_step) for part in parts])
      for name, parts in self.parts.items()
    }
    return tf.data.Dataset.zip(entries).prefetch(2)

  def ids(self, step: int) -> dict[str, list[str]]:
    """Returns the ids of the images in one step's batch, by their domain."""
    found: dict[str, list[str]] = {}
    for part in itertools.chain(*self.parts.values()):
      found.setdefault(part.domain, []).extend(part.ids(step))
    return found


def stage1_stream(
  config: DataConfig, domains: Domains, seed: int, with_target: bool
) -> StageStream:
  """Returns stage 1's batches: counting, and the target's orientation task.

  Raises:
    InputError: records are damaged, unlabelled or too few.
  """
  parts = {"source": [source_part(config, domains, seed)]}
  if with_target:
    parts["target"] = orientation.orientation_parts(config, domains, seed)
  return StageStream(parts)


def round_stream(
  config: DataConfig, domains: Domains, seed: int, labels: PseudoLabelSet | None
) -> StageStream:
  """Returns a round's batches: the source and, if any, pseudo-labels.

  Raises:
    InputError: records are damaged or unlabelled.
  """
  parts = {"source": [source_part(config, domains, seed)]}
  if labels is not None:
    parts["target"] = [pseudo_labels.pseudo_label_part(config, seed, labels)]
  return StageStream(parts)


def _side_by_side(datasets: Sequence[tf.data.Dataset]) -> tf.data.Dataset:
  if len(datasets) == 1:
    return datasets[0]
  return tf.data.Dataset.zip(*datasets).map(
    lambda *batches: {
      name: tf.concat([batch[name] for batch in batches], axis=0)
      for name in batches[0]
    }
  )
