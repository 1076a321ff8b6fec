"""The commands beside `python -m MODULE`: console scripts, the quick start."""

import configparser
import importlib
import re
import shlex

import pytest
from absl import flags

from cdcc_tf import __main__
from experiments import quickstart
from tests.commands import ROOT, in_fresh_process

PACKAGES = ("cdcc_tf", "data_tools")
SETUP = configparser.ConfigParser()
SETUP.read(ROOT / "setup.cfg")
LINES = SETUP["options.entry_points"]["console_scripts"].split("\n")
SCRIPTS = dict(line.split(" = ") for line in LINES if line)


def test_every_command_is_listed_and_has_a_script() -> None:
  modules = [path for p in PACKAGES for path in (ROOT / p).glob("[!_]*.py")]
  assert set(__main__.COMMANDS) == {
    f"{path.parent.name}.{path.stem}"
    for path in modules
    if "\ndef cli(" in path.read_text()
  }
  ends = [
    name.partition(".")[2].replace("_", "-") for name in __main__.COMMANDS
  ]
  assert set(SCRIPTS) == {"cdcc", *(f"cdcc-{end}" for end in ends)}
  for script in SCRIPTS.values():
    done = in_fresh_process(resolve, script)
    assert done.returncode == 0, done.stderr


def test_the_list_of_commands_needs_one_screen() -> None:
  lines = __main__.lines()
  assert len(lines) < 24
  for name in __main__.COMMANDS:
    (line,) = (line for line in lines if line.split()[:1] == [name])
    assert len(name) + 10 < len(line) <= 80


def resolve(value: str) -> None:
  module, _, name = value.partition(":")
  assert callable(getattr(importlib.import_module(module), name))


def printed() -> dict[str, list[list[str]]]:
  """Gathers the commands that users are told to give, by module."""
  texts = [(ROOT / "README.md").read_text()]
  for pages in ("*.md", "how_to/*.md"):
    texts += [path.read_text() for path in (ROOT / "docs").glob(pages)]
  for path in (ROOT / "experiments").glob("*.flags"):
    texts.append(re.sub(r"^# ?", "", path.read_text(), flags=re.MULTILINE))
  lines = [*quickstart.COMMANDS, quickstart.ARMS[-1]]
  for text in texts:
    whole = re.sub(r"\\\n\s*", " ", text)
    lines += re.findall(r"^ *python -m (.+)$", whole, re.MULTILINE)
    lines += re.findall(r"`python -m ([^`]+)`", whole)
  commands: dict[str, list[list[str]]] = {}
  for line in lines:
    module, *arguments = shlex.split(line, comments=True)
    if "…" not in line:
      commands.setdefault(module, []).append(arguments)
  return commands


@pytest.mark.parametrize("module", sorted(printed()))
def test_printed_commands_parse(module: str) -> None:
  done = in_fresh_process(parse, module, printed()[module])
  assert done.returncode == 0, done.stderr


def parse(module: str, lines: list[list[str]]) -> None:
  command = importlib.import_module(module)
  if hasattr(command, "define_flags"):  # as benchmarks do when they are run
    command.define_flags()
  for arguments in lines:
    flags.FLAGS.unparse_flags()
    try:
      left = flags.FLAGS([module, *arguments])
    except flags.Error as error:
      raise AssertionError(f"{module} {arguments}: {error}") from error
    # What is no flag the commands refuse, so no prose may follow on the line.
    assert left == [module], f"{module} {arguments}: {left}"


def test_the_printed_commands_are_found() -> None:
  commands = printed()
  assert len(commands) > 12
  assert len(commands["cdcc_tf.train"]) > 9
  assert ["--heads=1500"] in commands["benchmarks.density"]


@pytest.mark.parametrize(
  ("argument", "expected"),
  [("--no_such_flag=1", "no_such_flag"), ("prose", "['prose']")],
)
def test_what_is_no_flag_of_a_command_does_not_parse(
  argument: str, expected: str
) -> None:
  done = in_fresh_process(parse, "cdcc_tf.evaluate", [[argument]])
  assert done.returncode != 0
  assert expected in done.stderr
