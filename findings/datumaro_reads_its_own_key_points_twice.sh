#!/usr/bin/env bash
# datumaro 1.13.12: two points written as COCO come back as four annotations,
# each point and a box without area at its place. Counting annotations
# counts each head twice.
#
# Seen: "2 points out, back: {'bbox': 2, 'points': 2}".
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q datumaro==1.13.12
cat > round_trip.py <<'PY'
import collections

import numpy as np
from datumaro import AnnotationType, Dataset, DatasetItem
from datumaro import Image, LabelCategories, Points

heads = [Points([10.25, 20.75], label=0, id=1), Points([100.5, 50.25], label=0, id=2)]
image = Image.from_numpy(data=np.zeros((240, 320, 3), np.uint8))
dataset = Dataset.from_iterable(
  [DatasetItem("a", subset="train", media=image, annotations=heads)],
  categories={AnnotationType.label: LabelCategories.from_iterable(["head"])},
)
dataset.export("coco", "coco", save_media=True)
back = [mark for item in Dataset.import_from("coco", "coco") for mark in item.annotations]
kinds = dict(sorted(collections.Counter(mark.type.name for mark in back).items()))
print(f"2 points out, back: {kinds}")
assert kinds == {"bbox": 2, "points": 2}
assert all(mark.get_area() == 0 for mark in back if mark.type.name == "bbox")
PY
venv/bin/python round_trip.py 2> /dev/null
