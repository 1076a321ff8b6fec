"""The commands beside `python -m MODULE`: console scripts, the quick start."""

import importlib
import shlex
from importlib import metadata

import pytest
from absl import flags

from experiments import quickstart
from tests.commands import in_fresh_process

SCRIPTS = metadata.distribution("cdcc_tf").entry_points.select(
  group="console_scripts"
)


def test_every_command_has_a_script() -> None:
  assert {script.name for script in SCRIPTS} == {
    *("cdcc-train", "cdcc-evaluate", "cdcc-predict", "cdcc-export"),
    *("cdcc-pseudo-label", "cdcc-convert", "cdcc-check", "cdcc-synthesize"),
  }
  for script in SCRIPTS:
    done = in_fresh_process(resolve, script.value)
    assert done.returncode == 0, done.stderr


def resolve(value: str) -> None:
  module, _, name = value.partition(":")
  assert callable(getattr(importlib.import_module(module), name))


@pytest.mark.parametrize(
  "line",
  [*quickstart.COMMANDS, quickstart.ARMS[-1]],
  ids=lambda line: line[:24],
)
def test_quick_start_s_commands_parse(line: str) -> None:
  done = in_fresh_process(parse, *shlex.split(line))
  assert done.returncode == 0, done.stderr


def parse(module: str, *arguments: str) -> None:
  command = importlib.import_module(module)
  if hasattr(command, "define_flags"):  # as benchmarks do when they are run
    command.define_flags()
  flags.FLAGS([module, *arguments])


def test_a_flag_that_is_not_there_does_not_parse() -> None:
  done = in_fresh_process(parse, "cdcc_tf.evaluate", "--no_such_flag=1")
  assert done.returncode != 0
  assert "no_such_flag" in done.stderr
