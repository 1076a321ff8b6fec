"""What an earlier prediction left is known, and nothing else is replaced."""

from pathlib import Path

import pytest

from cdcc_tf.errors import InputError
from cdcc_tf.inference import image_input, predict_images
from cdcc_tf.inference.counter import CrowdCounter
from cdcc_tf.output_folder import note
from tests.helpers import noise_picture, png


def test_a_name_alone_makes_no_overlay(
  tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
  names = ["crowd_density.png", "lens_uncertainty.png"]
  for name in names:
    (tmp_path / name).write_bytes(png(noise_picture(8, 8, 0)))
  found = image_input.find_images(tmp_path)
  assert [path.name for path in found] == names
  note(tmp_path, names[0], found[0].read_bytes())
  with caplog.at_level("INFO"):
    assert image_input.find_images(tmp_path) == found[1:]
  assert "1 overlays of an earlier prediction are left out" in caplog.text
  found[0].write_bytes(png(noise_picture(8, 8, 1)))  # somebody's own now
  assert image_input.find_images(tmp_path) == found


def test_overlays_among_the_pictures_are_known(
  counter: CrowdCounter, tmp_path: Path
) -> None:
  """An interrupted call has written none; a later one's lists its own alone."""
  names = ("a.png", "b.png", "users_density.png")
  paths = [tmp_path / name for name in names]
  for path in paths:
    path.write_bytes(png(noise_picture(8, 8, 0)))
  for some in (paths, paths[:1], paths):  # the first are met again
    assert image_input.find_images(tmp_path) == paths
    _, problems = predict_images.count_images(
      counter, some, tmp_path, maps=True
    )
    assert not problems
  (tmp_path / "counts.csv").unlink()  # as an interrupted call
  assert image_input.find_images(tmp_path) == paths
  _, problems = predict_images.count_images(counter, paths, tmp_path, maps=True)
  assert not problems


@pytest.mark.parametrize(
  ("name", "content"),
  [
    ("counts.csv", b"image,count\na.png,12\n"),
    ("counts.csv", b""),
    ("a_density.png", png(noise_picture(8, 8, 1))),
    ("a_uncertainty.png", b"no picture"),
    ("a_2_density.png", png(noise_picture(8, 8, 1))),
    ("a_maps.npz", b"no archive"),
  ],
)
def test_files_of_the_user_are_not_overwritten(
  counter: CrowdCounter, tmp_path: Path, name: str, content: bytes
) -> None:
  paths = [tmp_path / "a.png", tmp_path / "a.jpg"]
  for path in paths:
    path.write_bytes(png(noise_picture(8, 8, 0)))
  (tmp_path / name).write_bytes(content)
  before = sorted(tmp_path.iterdir())
  with pytest.raises(InputError, match=rf"{name}: not written by .*--output"):
    predict_images.count_images(counter, paths, tmp_path, maps=True)
  assert (tmp_path / name).read_bytes() == content
  assert sorted(tmp_path.iterdir()) == before
