"""The exported model agrees with the counter and needs nothing of ours."""

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from cdcc_tf.errors import InputError
from cdcc_tf.inference.counter import CrowdCounter, load_model
from cdcc_tf.inference.exports import saved_model
from cdcc_tf.uncertainty.conformal import LEVELS, Calibration
from cdcc_tf.uncertainty.familiarity import Familiarity
from tests.helpers import noise_picture
from tests.inference.helpers import LIGHT, tiny_model

# Same graph, same numbers: float32 differs by the order of sums. In bfloat16 a
# value between two others rounds either way, depending on what was fused.
TOLERANCE = {"float32": 1e-4, "bfloat16": 2e-2}
_ENDS = ("low", "high")
CLIENT = """
import json, sys
import numpy as np
import tensorflow as tf
model = tf.saved_model.load(sys.argv[1])
counts = model.serve(np.load(sys.argv[2]))["count"].numpy().tolist()
assert not {"cdcc_tf", "masksembles"} & set(sys.modules)
print(json.dumps(counts))
"""


@pytest.mark.slow
@pytest.mark.parametrize(
  ("precision", "fast", "network"),
  [
    ("float32", False, {}),
    ("float32", True, {}),
    ("bfloat16", False, {}),
    ("float32", False, LIGHT),
  ],
  ids=["float32", "fast", "bfloat16", "light"],
)
def test_export_agrees_with_the_model(
  tmp_path: Path, precision: str, fast: bool, network: dict
) -> None:
  tiny_model(**network).save(tmp_path / "model.keras")
  model = load_model(tmp_path / "model.keras", precision)
  counter = CrowdCounter(model, fast=fast)
  saved_model.export(counter, tmp_path / "exported")
  loaded = tf.saved_model.load(str(tmp_path / "exported"))
  assert "serving_default" in loaded.signatures
  tolerance = TOLERANCE[precision]
  for size in ((48, 64), (45, 61)):
    noise = [noise_picture(*size, seed) for seed in range(3)]
    images = np.stack([one // (i + 1) for i, one in enumerate(noise)])
    served = loaded.serve(images)
    if fast:
      direct = model(images)["density"]
      np.testing.assert_allclose(served["density"], direct, rtol=tolerance)
    counts = served["count"].numpy()
    for image, count in zip(images, counts, strict=True):
      assert count == pytest.approx(counter.count(image).count, tolerance)
    assert np.ptp(counts) > 1e-2 * counts.mean()  # agreement means something


def test_exported_intervals_are_the_counters(
  counter: CrowdCounter, tmp_path: Path
) -> None:
  images = np.stack([noise_picture(45, 61, seed) for seed in range(2)])
  estimates = [counter.count(image) for image in images]
  usual = Familiarity(level=0.1, slope=0.6, largest=0.0)
  limits = [usual.excess(e.count, e.std.sum()) for e in estimates]
  usual = dataclasses.replace(usual, largest=float(np.mean(limits)))
  calibration = Calibration((0.1, 0.2, 0.4), usual)
  calibrated = CrowdCounter(counter.model, calibration)
  saved_model.export(calibrated, tmp_path / "exported")
  loaded = tf.saved_model.load(str(tmp_path / "exported"))
  served = {k: v.numpy() for k, v in loaded.serve(images).items()}
  for index, estimate in enumerate(map(calibrated.count, images)):
    assert served["count"][index] == pytest.approx(estimate.count, 1e-4)
    np.testing.assert_allclose(
      served["deviation"][index, ..., 0], estimate.std, rtol=1e-3
    )
    for level in LEVELS:
      bounds = [served[f"{end}_{level:.0%}"[:-1]][index] for end in _ENDS]
      assert bounds == pytest.approx(estimate.interval(level), 1e-4)
    assert served["familiar"][index] == estimate.familiar
  assert served["familiar"].tolist() in ([True, False], [False, True])


@pytest.mark.slow
def test_export_needs_tensorflow_alone(
  counter: CrowdCounter, tmp_path: Path
) -> None:
  saved_model.export(counter, tmp_path / "exported")
  images = np.stack([noise_picture(45, 61, seed) for seed in range(2)])
  np.save(tmp_path / "images.npy", images)
  done = subprocess.run(
    [sys.executable, "-c", CLIENT, "exported", "images.npy"],
    cwd=tmp_path,
    env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
    capture_output=True,
    text=True,
  )
  assert done.returncode == 0, done.stderr
  expected = [counter.count(image).count for image in images]
  np.testing.assert_allclose(json.loads(done.stdout), expected, rtol=1e-4)


def test_export_leaves_the_orientation_decoder_out(
  counter: CrowdCounter, tmp_path: Path
) -> None:
  saved_model.export(counter, tmp_path / "exported")
  names = [
    name
    for name, _ in tf.train.list_variables(
      str(tmp_path / "exported" / "variables" / "variables")
    )
  ]
  assert names
  assert not [name for name in names if "orientation" in name]


def test_export_refuses_a_full_folder(
  counter: CrowdCounter, tmp_path: Path
) -> None:
  (tmp_path / "mine.txt").write_text("keep me")
  with pytest.raises(InputError, match="not empty"):
    saved_model.export(counter, tmp_path)
  assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
