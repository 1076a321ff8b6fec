"""Lists the commands: `python -m cdcc_tf`."""

import ast
import importlib.util
from pathlib import Path

# In the order of use.
COMMANDS = (
  *("data_tools.convert", "data_tools.synthesize", "data_tools.check"),
  *("cdcc_tf.train", "cdcc_tf.evaluate", "cdcc_tf.predict", "cdcc_tf.export"),
  "cdcc_tf.pseudo_label",
)


def lines() -> list[str]:
  """Returns the list: each command and the first line of its documentation."""
  listed = [f"  {name:23}{_summary(name)}" for name in COMMANDS]
  return [
    "Train a crowd counter for your own pictures, without labels, and use it.",
    "",
    *listed,
    "",
    "Options of a command: python -m cdcc_tf.train --help",
    "All of them at work, in minutes: python experiments/quickstart.py",
  ]


def _summary(name: str) -> str:
  """Reads a module's first line without running it: that takes longer."""
  spec = importlib.util.find_spec(name)
  assert spec is not None
  assert spec.origin is not None
  text = ast.get_docstring(ast.parse(Path(spec.origin).read_text("utf-8")))
  return (text or "").partition("\n")[0]


def cli() -> None:
  """Entry point of `cdcc`."""
  print("\n".join(lines()))


if __name__ == "__main__":
  cli()
