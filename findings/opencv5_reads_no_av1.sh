#!/usr/bin/env bash
# opencv-python-headless 5.0.0.93 opens an AV1 video, reports the right number
# of frames, and reads none of them. 4.14.0.94 reads all 20 of the same file.
#
# Seen: "5.0.0 opened=True reported=20 read=0", and on stderr "Your platform
# doesn't support hardware accelerated AV1 decoding."
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q numpy==2.4.6 av==18.1.0
cat > write.py <<'PY'
import av
import numpy as np

with av.open("frames.mp4", "w") as container:
  stream = container.add_stream("libsvtav1", rate=10)
  stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
  for index in range(20):
    grey = np.full((240, 320, 3), 10 * index, np.uint8)
    container.mux(stream.encode(av.VideoFrame.from_ndarray(grey, "rgb24")))
  container.mux(stream.encode())
with av.open("frames.mp4") as container:
  assert sum(1 for _ in container.decode(video=0)) == 20  # the file is valid
PY
cat > read.py <<'PY'
import sys

import cv2

video, read = cv2.VideoCapture("frames.mp4"), 0
reported = int(video.get(cv2.CAP_PROP_FRAME_COUNT))
while video.read()[0]:
  read += 1
print(cv2.__version__, f"opened={video.isOpened()} {reported=} {read=}")
assert video.isOpened() and (reported, read) == (20, int(sys.argv[1]))
PY
venv/bin/python write.py 2> /dev/null
for expected in 5.0.0.93:0 4.14.0.94:20; do
  venv/bin/pip install -q "opencv-python-headless==${expected%:*}"
  venv/bin/python read.py "${expected#*:}"
done
