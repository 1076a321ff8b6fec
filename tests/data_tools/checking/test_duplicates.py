"""Images that are there twice, by id, by pixels and by what they look like."""

import numpy as np

from data_tools.checking.duplicates import duplicates
from tests.data_tools.checking.helpers import facts

LOOK = np.arange(128) % 3 == 0


def flipped(bits: int) -> np.ndarray:
  """Returns LOOK with some of its bits turned."""
  other = LOOK.copy()
  other[:bits] = ~other[:bits]
  return other


def test_different_images_are_no_finding() -> None:
  assert duplicates([facts("a"), facts("b", "test")]) == []


def test_an_id_given_twice_is_an_error() -> None:
  (found,) = duplicates([facts("a"), facts("a", content="other pixels")])
  assert found.error
  assert found.where == "a"


def test_the_same_pixels_in_two_splits_are_an_error() -> None:
  pixels = {"content": "pixels"}
  (found,) = duplicates([facts("a", **pixels), facts("b", "test", **pixels)])
  assert found.error
  assert found.where == "b (test)"
  assert "a (train), stored as another file" in found.detail
  (within,) = duplicates([facts("a", **pixels), facts("b", **pixels, heads=7)])
  assert not within.error
  assert "heads 7 and 20" in within.detail


def test_an_image_that_cannot_be_decoded_is_compared_by_its_file() -> None:
  broken = {"content": "", "stored": "file"}
  (found,) = duplicates([facts("a", **broken), facts("b", **broken)])
  assert found.where == "b (train)"
  assert "another file" not in found.detail


def test_images_that_look_alike_are_found_across_splits_only() -> None:
  first = facts("a", "test", look=LOOK)
  alike = facts("b", "train", look=flipped(2))
  other = facts("c", "train", look=flipped(3))
  within = facts("d", "test", look=flipped(1))
  (found,) = duplicates([first, alike, other])
  assert not found.error
  assert "nearly the same" in found.kind
  assert {found.where, found.detail} == {"b (train)", "is like a (test)"}
  assert duplicates([first, within]) == []
