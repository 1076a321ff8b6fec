"""Shell blocks of README and how-to pages run, one after another."""

from pathlib import Path

import pytest

from tests.commands import ROOT
from tests.data_tools.helpers import (
  write_picture,
  write_shanghaitech,
  write_unity,
)
from tests.docs.blocks import Block, blocks, run

PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/how_to/*.md"))]
# Runs and records that a page begins with are made by those before it.
ORDER = ("README", "convert", "synthesize", "train", "adapt", "count", "deploy")
HEIGHT, WIDTH = 64, 96


def all_blocks() -> list[Block]:
  """Returns every block, in an order in which what one needs is there."""
  rank = {stem: index for index, stem in enumerate(ORDER)}
  pages = sorted(PAGES, key=lambda page: rank.get(page.stem, len(rank)))
  return [block for page in pages for block in blocks(page)]


def write_data(folder: Path) -> None:
  """Writes the data sets and images that the pages name."""
  points = [(20.5, 30.25), (70.0, 40.0)]
  names = [f"IMG_{number}" for number in range(1, 13)]
  write_unity(folder / "DATA/unity", dict.fromkeys(names, "20 30\n70 40\n"))
  part = folder / "DATA/part_B_final"
  write_shanghaitech(part, dict.fromkeys(names, points))
  write_shanghaitech(part, {"IMG_1": points}, "test")
  paths = [folder / f"my_pictures/{name}.jpg" for name in names[:6]]
  paths += [folder / "photo.jpg", *(folder / "DATA").rglob("*.jpg")]
  for seed, path in enumerate(paths):
    write_picture(path, HEIGHT, WIDTH, seed)


@pytest.mark.slow
def test_blocks_run_in_order(tmp_path: Path) -> None:
  write_data(tmp_path)
  done: set[tuple[str, ...]] = set()
  for block in all_blocks():
    for words in block.commands if block.reason is None else []:
      if tuple(words) in done:  # pages repeat how their data was made
        continue
      result = run(tmp_path, words)
      where = f"{block.page.name}:{block.line}: {' '.join(words)}"
      assert result.returncode == 0, f"{where}\n{result.stderr}"
      done.add(tuple(words))
  assert {words[2] for words in done} >= {
    *("cdcc_tf.train", "cdcc_tf.evaluate", "cdcc_tf.predict", "cdcc_tf.export"),
    *("data_tools.convert", "data_tools.check", "data_tools.synthesize"),
  }


def test_blocks_that_do_not_run_say_why() -> None:
  found = all_blocks()
  assert len(found) > 8
  for block in found:
    assert block.reason is None or len(block.reason.split()) > 3, block
    if block.reason is None:
      assert all(words[:2] == ["python", "-m"] for words in block.commands)
