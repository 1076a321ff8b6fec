"""CPU seconds that a synthetic picture takes, by preset and number of heads.

python -m benchmarks.synthesize --preset=street --people=0,100,200,400

One process draws all pictures, so that what it takes is what every core that
is given to it delivers; seconds of the processor, not of the clock, since other
programs may run beside it. JPEG encoding is counted.
"""

import dataclasses
import statistics
import time

import cv2
import numpy as np
from absl import flags

from benchmarks import whole_numbers
from cdcc_tf.cli import app
from data_tools.synthesis.presets import PRESETS
from data_tools.synthesis.presets.base import Preset
from data_tools.synthesis.render import render
from data_tools.synthesis.style.effects import encode_jpeg

FLAGS = flags.FLAGS
_SEED = 7


def define_flags(values: flags.FlagValues = FLAGS) -> None:
  """Defines what can be varied."""
  flags.DEFINE_multi_enum(
    "preset",
    ["street"],
    list(PRESETS),
    "Kind of picture; may be given several times.",
    flag_values=values,
  )
  whole_numbers.define(
    "people", "0,100,200,400", "Numbers of people in a scene", values
  )
  for name, default, text in (
    ("pictures", 12, "Pictures of each number of people."),
    ("rounds", 3, "Counted rounds of each picture."),
    ("width", 1024, "Width of the pictures in pixels."),
    ("height", 768, "Height of the pictures in pixels."),
    ("heads", 150, "Labelled heads to say the time for."),
  ):
    flags.DEFINE_integer(name, default, text, 1, flag_values=values)


def holding(preset: Preset, people: int) -> Preset:
  """Returns a preset whose pictures hold so many people."""
  crowd = dataclasses.replace(
    preset.crowd,
    people=(max(1, people), max(1, people)),
    empty_share=float(people == 0),
    few_share=0.0,
  )
  return dataclasses.replace(preset, crowd=crowd)


def timed(
  preset: Preset, index: int, rounds: int, size: tuple[int, int]
) -> tuple[float, int]:
  """Makes a picture; returns the CPU seconds and its labelled heads.

  The first round makes the swatches. Of the others the fastest counts: what
  else runs on the machine can only add to it, even to seconds of the processor.
  """
  seconds = []
  for _ in range(1 + rounds):
    start = time.process_time()
    rendered = render(preset, _SEED, index, *size)
    encode_jpeg(rendered.image, rendered.jpeg_quality)
    seconds.append(time.process_time() - start)
  return min(seconds[1:]), len(rendered.points)


def measure(
  name: str,
  people: list[int],
  pictures: int,
  rounds: int,
  size: tuple[int, int],
  heads: int,
) -> list[str]:
  """Times one preset.

  Args:
    name: of the preset.
    people: numbers of people in a scene.
    pictures: of each number.
    rounds: of each picture.
    size: (width, height) in pixels.
    heads: number to say the time for.

  Returns:
    A line for each number of people; and, from a straight line through all
    pictures, one for a picture of `heads` labelled heads.
  """
  cv2.setNumThreads(1)
  lines, seconds, labelled = [], [], []
  for number in people:
    preset = holding(PRESETS[name], number)
    rows = [timed(preset, index, rounds, size) for index in range(pictures)]
    seconds += [row[0] for row in rows]
    labelled += [row[1] for row in rows]
    lines.append(
      f"{name:<10}{number:>6} people"
      f"{statistics.mean(row[1] for row in rows):>8.0f} labelled"
      f"{statistics.median(row[0] for row in rows):>8.3f} CPU s a picture"
    )
  if len(set(labelled)) > 1:
    slope, start = np.polyfit(labelled, seconds, 1)
    each = start + slope * heads
    lines.append(
      f"{name:<10}{heads:>6} labelled heads: {each:.3f} CPU s, "
      f"{2 / each:.1f} pictures/s on two cores"
    )
  return lines


def main() -> None:
  """Measures and prints."""
  people = whole_numbers.of("people")
  size = FLAGS.width, FLAGS.height
  for name in FLAGS.preset:
    lines = measure(
      name, people, FLAGS.pictures, FLAGS.rounds, size, FLAGS.heads
    )
    print("\n".join(lines))


if __name__ == "__main__":
  define_flags()
  app.run(main)
