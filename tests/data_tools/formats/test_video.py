"""Videos: the right frames, in bounded memory, from whole or torn files."""

import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from cdcc_tf.data.images import decode_image
from cdcc_tf.data.records.dataset import RecordDataset
from cdcc_tf.errors import InputError
from data_tools.conversion.convert_dataset import Options, convert
from data_tools.formats import video
from data_tools.formats.base import LabelledImage, Unreadable

FRAMES, RATE = 25, 10
HEIGHT, WIDTH = 48, 64


def write_video(path: Path, frames: int = FRAMES, rate: float = RATE) -> Path:
  """Writes frames of one grey, 10 brighter each; the left is black."""
  path.parent.mkdir(parents=True, exist_ok=True)
  writer = cv2.VideoWriter(
    str(path), cv2.VideoWriter_fourcc(*"MJPG"), rate, (WIDTH, HEIGHT)
  )
  for number in range(frames):
    frame = np.full((HEIGHT, WIDTH, 3), 10 * number, np.uint8)
    frame[:, : WIDTH // 4] = 0
    writer.write(frame)
  writer.release()
  return path


def grey(content: bytes) -> int:
  """Returns the number of the frame that a picture shows."""
  picture = decode_image(content).numpy()
  assert picture.shape == (HEIGHT, WIDTH, 3)
  assert picture[:, :10].max() < 10
  return round(float(picture[:, 20:].mean()) / 10)


def pictures(path: Path, fps: float = 1.0) -> list[LabelledImage]:
  found = list(video.read(path, fps))
  assert all(isinstance(item, LabelledImage) for item in found)
  return found  # type: ignore[return-value]


@pytest.mark.parametrize(
  ("fps", "expected"),
  [
    (1.0, [0, 10, 20]),
    (2.0, [0, 5, 10, 15, 20]),
    (4.0, [0, 3, 5, 8, 10, 13, 15, 18, 20, 23]),
    (10.0, list(range(25))),
    (99.0, list(range(25))),
    (0.1, [0]),
  ],
)
def test_frames_by_the_second(tmp_path: Path, fps: float, expected: list[int]):
  path = write_video(tmp_path / "cam.avi")
  found = pictures(path, fps)
  assert [p.id for p in found] == [
    f"train/cam.avi/{number:06d}" for number in expected
  ]
  assert all(p.points is None for p in found)
  assert [grey(p.load()) for p in found] == expected


def test_frames_out_of_order(tmp_path: Path):
  found = pictures(write_video(tmp_path / "cam.avi"))
  assert [grey(found[n].load()) for n in (2, 0, 1, 1)] == [20, 0, 10, 10]


def test_converted(tmp_path: Path):
  write_video(tmp_path / "in" / "one.avi")
  write_video(tmp_path / "in" / "two.avi", frames=5)
  output = tmp_path / "records"
  manifest = convert(
    "video", tmp_path / "in", output, Options(val_fraction=0.5)
  )
  assert sorted(manifest.pictures.values()) == [1, 3]  # a video each
  assert manifest.unlabelled == manifest.pictures
  found = [
    record
    for split in ("train", "val")
    for record in RecordDataset.open(output).records(split)
  ]
  assert {(r.id, r.group, grey(r.image)) for r in found} == {
    ("in/train/one.avi/000000", "one.avi", 0),
    ("in/train/one.avi/000010", "one.avi", 10),
    ("in/train/one.avi/000020", "one.avi", 20),
    ("in/train/two.avi/000000", "two.avi", 0),
  }
  assert not any(record.labelled for record in found)


def test_neighbouring_frames_stay_together(tmp_path: Path):
  write_video(tmp_path / "one.avi", frames=25, rate=0.1)  # four minutes long
  alone = pictures(tmp_path / "one.avi", fps=0.1)
  expected = [f"minute {number // 6}" for number in range(25)]
  assert [item.unit for item in alone] == expected
  write_video(tmp_path / "two.avi")
  both = pictures(tmp_path)
  assert {item.unit for item in both} == {"one.avi", "two.avi"}


def test_one_frame_is_held_at_a_time(tmp_path: Path):
  """What reading leaves behind is names, whatever the length."""
  found = pictures(write_video(tmp_path / "cam.avi"), fps=99.0)
  frames = {id(p.load.func.__self__) for p in found}
  assert len(frames) == 1
  assert all(p.path == tmp_path / "cam.avi" for p in found)


def test_torn_video(tmp_path: Path):
  """What is there is used, and the rest is not made up."""
  path = write_video(tmp_path / "cam.avi")
  content = path.read_bytes()
  path.write_bytes(content[: len(content) // 2])
  found = list(video.read(path, fps=99.0))
  numbers = [grey(p.load()) for p in found if isinstance(p, LabelledImage)]
  assert numbers == list(range(len(numbers)))
  assert len(numbers) < FRAMES


def test_video_that_is_torn_after_it_was_listed(tmp_path: Path):
  path = write_video(tmp_path / "cam.avi")
  found = pictures(path)
  path.write_bytes(b"gone")
  with pytest.raises(ValueError, match="frame 20 cannot be"):
    found[2].load()


@pytest.mark.parametrize("content", [b"", b"no video" * 100, b"\0" * 5000])
def test_no_video_at_all(tmp_path: Path, content: bytes):
  write_video(tmp_path / "good.avi", frames=1)
  (tmp_path / "bad.mp4").write_bytes(content)
  bad, good = video.read(tmp_path)
  assert isinstance(bad, Unreadable)
  assert bad.path == tmp_path / "bad.mp4"
  assert isinstance(good, LabelledImage)


@pytest.mark.parametrize("name", [b"caf\xe9.avi", b"k\xf6ln/cam.avi"])
def test_name_that_is_no_text(
  tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: bytes
):
  opened = cv2.VideoCapture

  def guarded(path: str, *options: int) -> cv2.VideoCapture:
    path.encode()  # raises, where OpenCV would take pytest down with it
    return opened(path, *options)

  folder = tmp_path / "in"
  content = write_video(folder / "zebra.avi", frames=1).read_bytes()
  path = folder / os.fsdecode(name)
  path.parent.mkdir(exist_ok=True)
  path.write_bytes(content)
  monkeypatch.setattr(cv2, "VideoCapture", guarded)
  bad, good = video.read(folder)
  assert isinstance(bad, Unreadable)
  assert bad.path == path
  assert "not UTF-8; rename it" in bad.reason
  assert isinstance(good, LabelledImage)
  manifest = convert("video", folder, tmp_path / "records", Options())
  assert manifest.pictures == {"train": 1}
  assert len(manifest.skipped_files) == 1


@pytest.mark.parametrize("fps", [0.0, -1.0, float("nan"), float("inf")])
def test_bad_rate(tmp_path: Path, fps: float):
  with pytest.raises(InputError, match=r"--fps=.*above 0"):
    list(video.read(write_video(tmp_path / "cam.avi", 1), fps))
