"""Lists the modules that no test imports.

  python -m tests.untested_modules

An import says little of what is tested, but a module without one is tested only
through others.
"""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("cdcc_tf", "data_tools", "benchmarks")


def modules() -> dict[str, Path]:
  """Returns the file of each module of the packages, by its dotted name."""
  found = {}
  for package in PACKAGES:
    for path in sorted((ROOT / package).rglob("*.py")):
      if path.name != "__init__.py":
        found[".".join(path.relative_to(ROOT).with_suffix("").parts)] = path
  return found


def imported(path: Path) -> set[str]:
  """Returns every dotted name that a file imports, at any depth."""
  names = set()
  for node in ast.walk(ast.parse(path.read_text())):
    if isinstance(node, ast.Import):
      names |= {alias.name for alias in node.names}
    elif isinstance(node, ast.ImportFrom) and node.module:
      names.add(node.module)
      names |= {f"{node.module}.{alias.name}" for alias in node.names}
  return names


def untested() -> list[str]:
  """Returns the modules that no file below tests/ imports."""
  names = set().union(*map(imported, (ROOT / "tests").rglob("*.py")))
  return [name for name in modules() if name not in names]


def main() -> None:
  """Prints them and their number."""
  found = untested()
  print("\n".join(found))
  print(f"{len(found)} of {len(modules())} modules are imported by no test.")


if __name__ == "__main__":
  main()
