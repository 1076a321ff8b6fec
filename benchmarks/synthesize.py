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
from absl import app, flags

from data_tools.synthesis.effects import encode_jpeg
from data_tools.synthesis.presets import PRESETS
from data_tools.synthesis.presets.base import Preset
from data_tools.synthesis.render import render

FLAGS = flags.FLAGS
flags.DEFINE_list("preset", ["street"], "Presets, with commas between.")
flags.DEFINE_list("people", ["0", "100", "200", "400"], "People in a scene.")
flags.DEFINE_integer("pictures", 12, "Pictures of each number of people.")
flags.DEFINE_integer("rounds", 3, "Counted rounds of each picture.")
flags.DEFINE_integer("width", 1024, "Pixels.")
flags.DEFINE_integer("height", 768, "Pixels.")
flags.DEFINE_integer("heads", 150, "Labelled heads to say the time for.")
SEED = 7


def holding(preset: Preset, people: int) -> Preset:
  """Returns a preset whose pictures hold so many people."""
  crowd = dataclasses.replace(
    preset.crowd,
    people=(max(1, people), max(1, people)),
    empty_share=float(people == 0),
    few_share=0.0,
  )
  return dataclasses.replace(preset, crowd=crowd)


def timed(preset: Preset, index: int) -> tuple[float, int]:
  """Makes a picture; returns the CPU seconds and its labelled heads.

  The first round makes the swatches. Of the others the fastest counts: what
  else runs on the machine can only add to it, even to seconds of the processor.
  """
  seconds = []
  for _ in range(1 + FLAGS.rounds):
    start = time.process_time()
    rendered = render(preset, SEED, index, FLAGS.width, FLAGS.height)
    encode_jpeg(rendered.image, rendered.jpeg_quality)
    seconds.append(time.process_time() - start)
  return min(seconds[1:]), len(rendered.points)


def main(argv: list[str]) -> None:
  """Measures and prints."""
  del argv
  cv2.setNumThreads(1)
  for name in FLAGS.preset:
    seconds: list[float] = []
    heads: list[int] = []
    for people in map(int, FLAGS.people):
      preset = holding(PRESETS[name], people)
      rows = [timed(preset, index) for index in range(FLAGS.pictures)]
      seconds += [row[0] for row in rows]
      heads += [row[1] for row in rows]
      middle = statistics.median(row[0] for row in rows)
      labelled = statistics.mean(row[1] for row in rows)
      print(
        f"{name:<10}{people:>6} people{labelled:>8.0f} labelled"
        f"{middle:>8.3f} CPU s a picture"
      )
    if len(FLAGS.people) > 1:
      slope, start = np.polyfit(heads, seconds, 1)
      each = start + slope * FLAGS.heads
      print(
        f"{name:<10}{FLAGS.heads:>6} labelled heads: {each:.3f} CPU s, "
        f"{2 / each:.1f} pictures/s on two cores"
      )


if __name__ == "__main__":
  app.run(main)
