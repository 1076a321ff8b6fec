"""Links of the documentation lead somewhere, also from code."""

import re
from pathlib import Path

import pytest

from tests.commands import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
CODE = sorted(
  path
  for folder in ("cdcc_tf", "data_tools", "benchmarks", "experiments", "tests")
  for path in (ROOT / folder).rglob("*")
  if path.suffix in {".py", ".flags"}
)
SECTION = r"docs/(?P<page>[\w/.-]+\.md)(?: §(?P<number>\d+))?"


def without_code(text: str) -> str:
  """Removes fenced blocks, whose # are comments and [] are indices."""
  return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def anchors(path: Path) -> set[str]:
  """Returns the anchors that GitHub makes of a page's headings."""
  headings = re.findall(
    r"^#+ (.+)$", without_code(path.read_text("utf-8")), re.MULTILINE
  )
  return {
    re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-")
    for heading in headings
  }


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_resolve(page: Path) -> None:
  text = re.sub(r"`[^`]*`", "", without_code(page.read_text("utf-8")))
  for target in re.findall(r"\]\(([^)\s]+)\)", text):
    if re.match(r"[a-z]+:", target):
      continue
    name, _, anchor = target.partition("#")
    path = page.parent / name if name else page
    assert path.exists(), target
    assert not anchor or anchor in anchors(path), target


def test_every_page_is_reached_from_the_readme() -> None:
  reached, waiting = set(), [ROOT / "README.md"]
  while waiting:
    page = waiting.pop().resolve()
    if page in reached:
      continue
    reached.add(page)
    links = re.findall(r"\]\(([^)#\s]+\.md)", page.read_text("utf-8"))
    waiting += [page.parent / link for link in links if ":" not in link]
  assert {page.resolve() for page in PAGES} <= reached


def test_pages_that_code_cites_exist() -> None:
  cited = 0
  for path in CODE:
    for match in re.finditer(SECTION, path.read_text("utf-8")):
      page, number = ROOT / "docs" / match["page"], match["number"]
      assert page.is_file(), f"{path}: {match[0]}"
      assert not number or re.search(
        rf"^## {number}\. ", page.read_text("utf-8"), re.MULTILINE
      ), f"{path}: {match[0]}"
      cited += 1
  assert cited > 5
