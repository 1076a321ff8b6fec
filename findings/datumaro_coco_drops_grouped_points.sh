#!/usr/bin/env bash
# datumaro 1.13.12, COCO export: points that carry a group number (as CVAT gives
# to a head that is grouped with anything) are dropped without a warning, and
# with them the whole file of key points. Points of group 0 are all written.
#
# Seen: "group 0: 2 of 2 heads written", "group 1: 0 of 2 heads written".
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q datumaro==1.13.12
cat > export.py <<'PY'
import json
import pathlib

import numpy as np
from datumaro import AnnotationType, Dataset, DatasetItem
from datumaro import Image, LabelCategories, Points


def heads_written(group):
  heads = [
    Points([10.25, 20.75], label=0, id=1, group=group),
    Points([100.5, 50.25], label=0, id=2, group=group and group + 1),
  ]
  image = Image.from_numpy(data=np.zeros((240, 320, 3), np.uint8))
  dataset = Dataset.from_iterable(
    [DatasetItem("a", subset="train", media=image, annotations=heads)],
    categories={
      AnnotationType.label: LabelCategories.from_iterable(["head"])
    },
  )
  folder = f"group{group}"
  dataset.export(folder, "coco", save_media=False)
  files = pathlib.Path(folder, "annotations").glob("*.json")
  return sum(len(json.loads(file.read_text())["annotations"]) for file in files)


for group, expected in ((0, 2), (1, 0)):
  written = heads_written(group)
  print(f"group {group}: {written} of 2 heads written")
  assert written == expected
PY
venv/bin/python export.py 2> /dev/null
