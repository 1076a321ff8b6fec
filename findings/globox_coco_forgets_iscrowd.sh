#!/usr/bin/env bash
# globox 2.9.0, COCO in and out: `iscrowd: 1`, which marks a region of people
# not marked one by one, comes out as `iscrowd: 0`: one more person.
# COCO's own evaluation ignores such regions; a count of boxes does not.
#
# Seen: "iscrowd in: [0, 1], out: [0, 0]".
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q globox==2.9.0
cat > round_trip.py <<'PY'
import json
import pathlib

import globox

person = {"image_id": 1, "category_id": 1, "area": 143.0}
marks = [
  person | {"id": 1, "bbox": [10, 20, 11, 13], "iscrowd": 0},
  person | {"id": 2, "bbox": [40, 20, 200, 90], "iscrowd": 1},
]
image = {"id": 1, "file_name": "a.jpg", "width": 320, "height": 240}
categories = [{"id": 1, "name": "person"}]
coco = {"images": [image], "annotations": marks, "categories": categories}
pathlib.Path("in.json").write_text(json.dumps(coco))
globox.AnnotationSet.from_coco(pathlib.Path("in.json")).save_coco(
  pathlib.Path("out.json")
)
out = json.loads(pathlib.Path("out.json").read_text())["annotations"]
flags = [mark["iscrowd"] for mark in out]
print(f"iscrowd in: [0, 1], out: {flags}")
assert flags == [0, 0]
PY
venv/bin/python round_trip.py
