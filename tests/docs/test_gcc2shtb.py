"""experiments/gcc2shtb.flags, from two trees to an exported counter."""

import json
import re
import shlex
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from tests.commands import ROOT
from tests.data_tools.formats.test_gcc import write_lists, write_scene
from tests.data_tools.helpers import write_picture, write_shanghaitech
from tests.docs.blocks import run

FLAG_FILE = ROOT / "experiments" / "gcc2shtb.flags"
HEIGHT, WIDTH = 64, 96
NIGHT = 2  # an hour that --gcc_filter=shtb leaves out


def write_gcc(root: Path) -> None:
  """Writes 16 images that the filter keeps and one at night, 12 people each."""
  heads = [[10 + 4 * n, 5 + 7 * n] for n in range(12)]  # row, column
  lines = []
  for location in range(4):
    scene = f"scene_{location:02}_0"
    stems = [f"15345408{location}{number}" for number in range(4)]
    write_scene(root, scene, dict.fromkeys(stems, heads))
    lines += [f"1 12 1 /GCC/{scene} {stem} {len(heads)}" for stem in stems]
  write_scene(root, "scene_05_0", {"1534540899": heads})
  lines.append(f"1 {NIGHT} 1 /GCC/scene_05_0 1534540899 {len(heads)}")
  for seed, path in enumerate(sorted(root.rglob("*.png"))):
    write_picture(path, HEIGHT, WIDTH, seed)
  write_lists(root, [*lines[:12], lines[-1]], lines[12:16])


def header_commands() -> list[list[str]]:
  """Returns the words of the commands in the flag file's header."""
  text = re.sub(r"^# ?", "", FLAG_FILE.read_text(), flags=re.MULTILINE)
  whole = re.sub(r"\\\n\s*", " ", text)
  lines = re.findall(r"^ +(python -m .+)$", whole, re.MULTILINE)
  return [shlex.split(line) for line in lines]


@pytest.mark.slow
def test_from_published_trees_to_an_exported_counter(tmp_path: Path) -> None:
  write_gcc(tmp_path / "DATA/GCC")
  points = [(20.5, 30.25), (70.0, 40.0)]
  names = [f"IMG_{number}" for number in range(1, 13)]
  part = write_shanghaitech(
    tmp_path / "DATA/part_B_final", dict.fromkeys(names, points)
  )
  write_shanghaitech(part, dict.fromkeys(names[:2], points), "test")
  for seed, path in enumerate(sorted(part.rglob("*.jpg"))):
    write_picture(path, HEIGHT, WIDTH, seed)

  commands = header_commands()
  assert [words[2] for words in commands] == [
    *("data_tools.convert", "data_tools.convert"),
    *("cdcc_tf.train", "cdcc_tf.evaluate"),
  ]
  image = part / "test_data" / "images" / "IMG_1.jpg"
  common = ["python", "-m"]
  commands += [
    [
      *(*common, "cdcc_tf.predict", "--run=runs/gcc2shtb"),
      *(f"--input={image}", "--output=out"),
    ],
    [*common, "cdcc_tf.export", "--run=runs/gcc2shtb", "--output=exported"],
  ]
  for words in commands:
    # The published frames are shrunk to 960x544; these are smaller yet.
    words = [
      f"--resize={WIDTH}x{HEIGHT}" if word.startswith("--resize=") else word
      for word in words
    ]
    done = run(tmp_path, words)
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stderr}"

  manifest = json.loads(
    (tmp_path / "records/gcc_shtb/manifest.json").read_text()
  )
  assert sum(manifest["pictures"].values()) == 16  # without the one at night
  folder = tmp_path / "runs/gcc2shtb"
  config = json.loads((folder / "config.json").read_text())
  assert "faithful" in json.dumps(config)  # which _base.flags asks for
  stages = {
    row["stage"] for row in json.loads((folder / "history.json").read_text())
  }
  assert len(stages) == 2, stages  # stage 1 and one round
  (metrics,) = folder.glob("evaluation/*/metrics.json")
  assert "mae" in metrics.read_text()
  assert (tmp_path / "out/counts.csv").read_text().count("\n") == 2
  assert (tmp_path / "out/IMG_1_density.png").is_file()
  exported = tf.saved_model.load(str(tmp_path / "exported"))
  served = exported.serve(np.zeros((1, HEIGHT, WIDTH, 3), np.uint8))
  assert np.isfinite(served["count"].numpy()).all()
  assert served["low_90"] <= served["count"] <= served["high_90"]
