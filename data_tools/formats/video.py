"""Frames of unlabelled videos, e.g. from your own camera."""

import functools
import math
import os
from collections.abc import Iterator
from pathlib import Path

import cv2

from cdcc_tf.errors import InputError
from data_tools.common.splits import Splits
from data_tools.formats.base import LabelledImage, Unreadable
from data_tools.formats.parsing.folders import holds, natural_key, wrong_layout

LAYOUT = """\
  camera.mp4                     (or .avi, .mov, .mkv, .webm, …)
  or a folder of videos. --fps=1 takes one frame per second.
  All frames are unlabelled: a target domain to adapt to. When train is
  divided, each video stays whole; a single video is divided by minutes."""
DEFAULT_SPLITS = Splits()
OPTIONS = ("fps",)

SUFFIXES = (
  *(".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg"),
  *(".wmv", ".ts", ".mts", ".3gp", ".mjpg", ".mjpeg"),
)
_JPEG = (
  *(cv2.IMWRITE_JPEG_QUALITY, 95),
  *(
    cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
    cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
  ),
)


def read(
  folder: Path, fps: float = 1.0
) -> Iterator[LabelledImage | Unreadable]:
  """Yields frames, unlabelled, in order of time.

  A video is decoded twice: now, to list its frames, and again when they are
  loaded. So memory holds one frame at a time, and none is stored on disk.

  Args:
    folder: a video, or a folder of videos.
    fps: frames to take per second of the video.

  Raises:
    InputError: there is no video, or `fps` is no positive number.
  """
  if not (math.isfinite(fps) and fps > 0):
    raise InputError(f"--fps={fps:g}: give a number above 0.")
  if folder.is_dir():
    videos = sorted(
      (p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES),
      key=natural_key,
    )
    root = folder
  else:
    videos, root = [folder] if folder.is_file() else [], folder.parent
  if not videos:
    # A folder was searched to its ends, and what is around it is not meant.
    near = None if folder.is_dir() else lambda other: holds(other, SUFFIXES)
    raise wrong_layout(folder, LAYOUT, near)
  for video in videos:
    if not _is_text(video.resolve()):
      yield Unreadable(
        video, "its name, or a folder's, is not UTF-8; rename it"
      )
      continue
    times = frames_at(video, fps)
    if not times:
      yield Unreadable(video, "not a video that can be read, or without frames")
      continue
    frames = _Frames(video, max(times))
    name = video.relative_to(root).as_posix()
    for number, time in times.items():
      yield LabelledImage(
        f"train/{name}/{number:06d}",
        video,
        group=name,
        unit=name if len(videos) > 1 else f"minute {int(time / 60)}",
        load=functools.partial(frames.load, number),
      )


def frames_at(video: Path, fps: float) -> dict[int, float]:
  """Returns the frames at `fps` frames a second: their numbers and seconds.

  Frames that a video shows for longer or shorter than others are taken by the
  time at which they are shown.
  """
  capture = _opened(video)
  usual = capture.get(cv2.CAP_PROP_FPS)
  times: dict[int, float] = {}
  number, first, due = 0, 0.0, 0.0
  while capture.grab():
    time = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
    if not time and number and usual > 0:  # not every container tells it
      time = number / usual
    if not number:
      first = time
    # A frame is taken at the first chance after each full period.
    if time - first >= due - 1e-6:
      times[number] = time - first
      due = (math.floor((time - first) * fps + 1e-6) + 1) / fps
    number += 1
  capture.release()
  return times


class _Frames:
  """Frames of a video, loaded from front to back."""

  def __init__(self, video: Path, last: int):
    self._video, self._last = video, last
    self._capture: cv2.VideoCapture | None = None
    self._next = 0

  def load(self, number: int) -> bytes:
    """Returns a frame as JPEG of high quality.

    Raises:
      ValueError: the video can no longer be read up to there.
    """
    if self._capture is None or number < self._next:
      self._capture, self._next = _opened(self._video), 0
    while self._next <= number:
      if not self._capture.grab():
        raise ValueError(f"frame {number} cannot be read")
      self._next += 1
    whole, frame = self._capture.retrieve()
    if not whole:
      raise ValueError(f"frame {number} cannot be decoded")
    if number == self._last:
      self._capture = None
    return cv2.imencode(".jpg", frame, _JPEG)[1].tobytes()


def _is_text(path: Path) -> bool:
  """Tells whether a path is UTF-8; OpenCV 5 crashes at any other."""
  try:
    str(path).encode()
  except UnicodeEncodeError:
    return False
  return True


def _opened(video: Path) -> cv2.VideoCapture:
  # FFmpeg and OpenCV would print their own words on every damaged file.
  os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
  cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
  # An absolute path is no address, and no pattern to this one backend.
  return cv2.VideoCapture(str(video.resolve()), cv2.CAP_FFMPEG)
