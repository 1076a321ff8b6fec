"""Runs commands of the documentation on data of a few kilobytes."""

import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.commands import ROOT, in_fresh_process, run_module

SIZE = ("--width=96", "--height=64")
# Given last, so they override what a page or its flag file says.
TINY = {
  "cdcc_tf.train": (
    *("--encoder=compact", "--encoder_weights=none", "--frozen_blocks=0"),
    *("--width=0.05", "--decoder_width=1", "--crop=32", "--sigma=4"),
    *("--source_batch=2", "--target_batch=2", "--orientation_grid=2"),
    *("--validation_crop=32", "--validation_images=2", "--target_held_out=2"),
    *("--stage1_steps=2", "--round_steps=2", "--checkpoint_every=2"),
    *("--validate_every=2", "--orientation_warmup=1", "--orientation_ramp=1"),
    *("--ema_momentum=0.5", "--nospatial_encoder", "--clutter=0"),
  ),
  "data_tools.synthesize": (
    *("--pictures=12", "--val_fraction=0.2", "--max_heads=6", "--workers=1"),
    *SIZE,
  ),
}


class Block(NamedTuple):
  """A fenced `sh` block; `reason` says why it is not run."""

  page: Path
  line: int
  text: str
  reason: str | None

  @property
  def commands(self) -> list[list[str]]:
    """Words of each command; the first is `python`."""
    whole = re.sub(r"\\\n\s*", " ", self.text)
    lines = [shlex.split(line, comments=True) for line in whole.splitlines()]
    return [line for line in lines if line]


def blocks(page: Path) -> Iterator[Block]:
  """Yields the `sh` blocks of a page."""
  text = page.read_text("utf-8")
  pattern = r"((?:^<!--.*-->\n)*)^```sh\n(.*?)^```$"
  for match in re.finditer(pattern, text, re.MULTILINE | re.DOTALL):
    mark = re.search(r"<!-- not run:(.*?)-->", match[1])
    line = text.count("\n", 0, match.start()) + 1
    yield Block(page, line, match[2], mark and mark[1].strip())


def run(folder: Path, words: list[str]) -> subprocess.CompletedProcess:
  """Runs `python -m MODULE …` with tiny sizes in a folder.

  Args:
    folder: what the paths of the command are relative to.
    words: of the command.
  """
  assert words[:2] == ["python", "-m"], words
  module, *arguments = words[2:]
  arguments += TINY.get(module, ())
  return in_fresh_process(_run_in, folder, module, arguments)


def _run_in(folder: Path, module: str, arguments: list[str]) -> None:
  os.chdir(folder)
  if not Path("experiments").exists():  # flag files name each other from here
    Path("experiments").symlink_to(ROOT / "experiments")
  run_module(module, arguments)
