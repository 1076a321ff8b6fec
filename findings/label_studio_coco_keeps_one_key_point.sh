#!/usr/bin/env bash
# label-studio-sdk 2.1.2, COCO export: of three key points of one label in one
# picture, one annotation is left: the last point, in whole pixels. The others
# are dropped without a warning, so a crowd of points exports as one person.
#
# Seen: "3 key points in, 1 annotation out: [288, 24, 2]".
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q label-studio-sdk==2.1.2
cat > export.py <<'PY'
import json
import pathlib

from label_studio_sdk.converter import Converter

CONFIG = """<View><Image name="image" value="$image"/>
<KeyPointLabels name="heads" toName="image">
<Label value="head" model_index="0"/></KeyPointLabels></View>"""


def key_point(x, y):
  """One head, at x and y per cent of a picture of 320x240."""
  return {
    "id": f"{x}",
    "type": "keypointlabels",
    "from_name": "heads",
    "to_name": "image",
    "original_width": 320,
    "original_height": 240,
    "image_rotation": 0,
    "value": {"x": x, "y": y, "width": 0.3, "keypointlabels": ["head"]},
  }


heads = [key_point(10.15, 20.35), key_point(50.3, 50.7), key_point(90.1, 10.2)]
task = {"id": 1, "data": {"image": "a.jpg"}}
task["annotations"] = [{"id": 1, "completed_by": 1, "result": heads}]
folder = pathlib.Path("tasks")
folder.mkdir()
(folder / "tasks.json").write_text(json.dumps([task]))
Converter(CONFIG, str(folder), download_resources=False).convert_to_coco(
  str(folder), "coco", is_dir=True
)
kept = json.loads(pathlib.Path("coco/result.json").read_text())["annotations"]
print(f"3 key points in, {len(kept)} annotation out: {kept[0]['keypoints']}")
assert [one["keypoints"] for one in kept] == [[288, 24, 2]]
PY
venv/bin/python export.py
