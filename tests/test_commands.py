"""The commands as a user types them: end to end, interrupted, and misused."""

import csv
import dataclasses
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from cdcc_tf import config
from cdcc_tf.data.records.record import CrowdRecord
from cdcc_tf.inference.counter import load_model
from cdcc_tf.runs import opening
from tests.commands import command, killed_when, run_module
from tests.helpers import (
  HEIGHT,
  WIDTH,
  jpeg,
  noise_picture,
  png,
  tiny_record,
  write_records,
)

TINY = (
  *("--width=0.05", "--encoder_weights=none", "--crop=32", "--sigma=4"),
  *("--source_batch=3", "--target_batch=2", "--orientation_grid=2"),
  *("--validation_crop=32", "--validation_images=2", "--target_held_out=2"),
  *("--stage1_steps=8", "--checkpoint_every=2", "--validate_every=4"),
  *("--orientation_warmup=2", "--orientation_ramp=2", "--ema_momentum=0.5"),
  # tracing scans takes longer than the rest; `test_rounds` has rounds
  *("--nospatial_encoder", "--rounds=0", "--pseudo_keep=0.4"),
  "--initializer=he_normal",  # or the signal fades and all pictures look alike
)


def train_arguments(records: Path, run: Path) -> list[str]:
  return [
    f"--source_records={records}",
    f"--target_records={records}",
    f"--run={run}",
    *TINY,
  ]


@pytest.fixture(scope="module")
def domain(tmp_path_factory: pytest.TempPathFactory) -> Path:
  pictures = [tiny_record(index, 48, 56) for index in range(15)]
  return write_records(
    tmp_path_factory.mktemp("records") / "domain",
    {"train": pictures[:8], "val": pictures[8:10], "dev": pictures[10:]},
  )


@pytest.fixture(scope="module")
def run(domain: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
  """A run that nothing disturbed."""
  path = tmp_path_factory.mktemp("runs") / "undisturbed"
  done = command("cdcc_tf.train", *train_arguments(domain, path))
  assert done.returncode == 0, done.stderr
  return path


def pale_records(count: int) -> list[CrowdRecord]:
  """Makes pictures of an eighth of the others' contrast."""
  return [
    dataclasses.replace(
      tiny_record(i), image=png(noise_picture(HEIGHT, WIDTH, i) // 8 + 100)
    )
    for i in range(count)
  ]


def assert_ends_in_one_line(
  done: subprocess.CompletedProcess, *expected: object
) -> None:
  assert done.returncode == 2, done.stderr
  assert "Traceback" not in done.stderr
  last = done.stderr.strip().splitlines()[-1]
  for text in expected:
    assert str(text) in last


@pytest.mark.slow
def test_killed_and_resumed_ends_with_the_same_weights(
  domain: Path, run: Path, tmp_path: Path
) -> None:
  """By SIGKILL, in stage 1; `benchmarks.resume` does more."""
  killed = tmp_path / "killed"
  arguments = train_arguments(domain, killed)
  killed_when(
    (killed / "checkpoints" / "stage1" / "ckpt-4.index").exists,
    *(run_module, "cdcc_tf.train", arguments),
  )
  assert not (killed / "last").exists()

  # As typed before, or as the run folder has it written down.
  done = command("cdcc_tf.train", f"--flagfile={killed / 'flags.txt'}")
  assert done.returncode == 0, done.stderr
  assert "Resuming from step" in done.stderr
  models = [load_model(each / "last" / "model.keras") for each in (run, killed)]
  for one, other in zip(
    models[0].get_weights(), models[1].get_weights(), strict=True
  ):
    np.testing.assert_array_equal(one, other)
  histories = [
    json.loads((each / "history.json").read_text()) for each in (run, killed)
  ]
  assert [row["step"] for row in histories[0]] == [2, 4, 6, 8]
  for one, other in zip(*histories, strict=True):
    assert one.keys() == other.keys()
    assert one["density_loss"] == other["density_loss"]


@pytest.mark.slow
def test_killed_in_a_round_ends_with_the_same_weights_and_labels(
  domain: Path, run: Path, tmp_path: Path
) -> None:
  """By SIGKILL, in the labelling pass and between two steps of the round."""
  undisturbed, killed = tmp_path / "undisturbed", tmp_path / "killed"

  def arguments(path: Path) -> list[str]:
    rounds = ["--rounds=1", "--round_steps=6", f"--stage1_from={run}"]
    return [*train_arguments(domain, path), *rounds]

  for ready in (
    killed / "pseudo_labels" / "round1",
    killed / "checkpoints" / "round1" / "ckpt-4.index",
  ):
    killed_when(ready.exists, *(run_module, "cdcc_tf.train", arguments(killed)))
    assert not (killed / "stages" / "round1").exists()
  for path in (undisturbed, killed):
    done = command("cdcc_tf.train", *arguments(path))
    assert done.returncode == 0, done.stderr
  assert "Resuming from step" in done.stderr
  caches = [each / "pseudo_labels" / "round1" for each in (undisturbed, killed)]
  names = [sorted(path.name for path in cache.iterdir()) for cache in caches]
  assert names[0] == names[1]
  assert any(name.endswith(".tfrecord") for name in names[0])
  for name in names[0]:
    one, other = ((cache / name).read_bytes() for cache in caches)
    assert one == other, name
  models = [
    load_model(each / "last" / "model.keras") for each in (undisturbed, killed)
  ]
  for one, other in zip(
    *(model.get_weights() for model in models), strict=True
  ):
    np.testing.assert_array_equal(one, other)


@pytest.mark.slow
def test_from_training_to_an_exported_count(
  domain: Path, run: Path, tmp_path: Path
) -> None:
  record = json.loads((run / "best" / "record.json").read_text())
  assert record["target_labels_used"] is False
  assert "source" in record["chosen_by"]
  assert (run / "panels" / "step_000008_target.png").stat().st_size > 1000
  assert list((run / "tensorboard").glob("events*"))
  environment = json.loads((run / "environment.json").read_text())
  assert environment["versions"]["keras"] == keras.__version__

  done = command(
    "cdcc_tf.evaluate",
    *(f"--run={run}", f"--records={domain}", "--split=dev"),
    "--precision=float32",
  )
  assert done.returncode == 0, done.stderr
  results = run / "evaluation" / "domain_dev_best"
  figures = json.loads((results / "metrics.json").read_text())
  with open(results / "pictures.csv", newline="") as file:
    rows = list(csv.DictReader(file))
  assert figures["pictures"] == len(rows) == 5
  errors = [abs(float(r["predicted"]) - float(r["true"])) for r in rows]
  assert figures["mae"] == pytest.approx(np.mean(errors), abs=1e-3)
  assert f"{figures['mae']:.3f}" in done.stdout
  assert f"best, step {record['step']} (chosen by: lowest MAE" in done.stdout
  assert "float32 (--precision=float32)" in done.stdout
  assert figures["provenance"]["step"] == record["step"]
  assert figures["provenance"]["precision"] == "float32"
  assert "cdcc_tf.evaluate --run=" in figures["provenance"]["command"]
  for level in (50, 80, 90, 95):
    assert 0 <= figures[f"coverage_{level}"] <= 1
    assert figures[f"width_{level}"] > 0
  assert np.isfinite(figures["cell_nll"])
  assert 0 <= figures["familiar"] <= 1
  assert "ause" in figures

  labels = tmp_path / "labels"
  pale = write_records(tmp_path / "pale", {"train": pale_records(3)})
  done = command(
    "cdcc_tf.pseudo_label",
    *(f"--run={run}", f"--records={pale}", f"--output={labels}"),
    *("--precision=float32", "--pseudo_match_contrast"),
  )
  assert done.returncode == 0, done.stderr
  made = json.loads((labels / "manifest.json").read_text())
  assert sum(shard["pictures"] for shard in made["shards"]) == 3
  assert made["made_by"]["contrast"] == 2  # the most; the source's has 8 times
  assert made["made_by"]["keep"] == 0.4  # as the run has it
  assert "on 3 of 3 images" in done.stdout

  pictures = tmp_path / "pictures"
  pictures.mkdir()
  picture = noise_picture(50, 61, 7)
  (pictures / "a b.png").write_bytes(png(picture))
  (pictures / "c.png").write_bytes(png(noise_picture(100, 122, 8)))
  (pictures / "broken.jpg").write_bytes(jpeg(picture)[:400])
  done = command(
    "cdcc_tf.predict",
    *(f"--run={run}", f"--input={pictures}", f"--output={tmp_path / 'out'}"),
    *("--precision=float32", "--max_side=61"),
  )
  assert_ends_in_one_line(done, "1 of 3")
  assert "broken.jpg: cannot be read" in done.stderr
  with open(tmp_path / "out" / "counts.csv", newline="") as file:
    row, other = csv.DictReader(file)
  for drawn in ("density", "uncertainty"):
    assert (tmp_path / "out" / row[drawn]).is_file()
  for each in (row, other):
    assert (each["height"], each["width"]) == ("50", "61")
  assert row["count"] != other["count"]

  exported = tmp_path / "exported"
  done = command(
    "cdcc_tf.export",
    *(f"--run={run}", f"--output={exported}"),  # float32 unless asked
  )
  assert done.returncode == 0, done.stderr
  script = (
    "import sys, json, tensorflow as tf\n"
    "model = tf.saved_model.load(sys.argv[1])\n"
    "image = tf.io.decode_png(tf.io.read_file(sys.argv[2]))\n"
    "both = model.serve(tf.stack([image, image]))\n"
    "names = ('count', 'low_90', 'high_90')\n"
    "print(json.dumps([both[name].numpy().tolist() for name in names]))\n"
  )
  done = subprocess.run(
    [sys.executable, "-c", script, str(exported), str(pictures / "a b.png")],
    cwd=tmp_path,
    env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
    capture_output=True,
    text=True,
  )
  assert done.returncode == 0, done.stderr
  served = json.loads(done.stdout)
  for values, column in zip(
    served, ("count", "low_90", "high_90"), strict=True
  ):
    np.testing.assert_allclose(values, float(row[column]), atol=2e-3)


def test_another_configuration_is_refused(domain: Path, tmp_path: Path) -> None:
  run = tmp_path / "run"
  begun = opening.open_run(
    run,
    config.ExperimentConfig(data=config.DataConfig(target_records=str(domain))),
  )
  begun.history.write_text("[]")
  done = command("cdcc_tf.train", *train_arguments(domain, run))
  assert_ends_in_one_line(done, run, "--crop", "256", "32", "another --run")


def test_a_run_of_a_rule_that_is_gone_is_named(
  run: Path, domain: Path, tmp_path: Path
) -> None:
  old = shutil.copytree(run, tmp_path / "old")
  text = (old / "config.json").read_text()
  assert '"stratified"' in text
  (old / "config.json").write_text(text.replace("stratified", "relative"))
  done = command(
    "cdcc_tf.pseudo_label",
    *(f"--run={old}", f"--records={domain}", f"--output={tmp_path / 'labels'}"),
  )
  assert_ends_in_one_line(done, old, "--pseudo_rule=stratified or variance")


def test_truncated_records_are_named(domain: Path, tmp_path: Path) -> None:
  copy = shutil.copytree(domain, tmp_path / "copy")
  shard = next(copy.glob("train-*.tfrecord"))
  shard.write_bytes(shard.read_bytes()[:-100])
  done = command("cdcc_tf.train", *train_arguments(copy, tmp_path / "run"))
  assert_ends_in_one_line(done, shard, "convert again")


def test_help_of_training_shows_every_option() -> None:
  done = command("cdcc_tf.train", "--help")
  for group in config.GROUPS.values():
    for field in dataclasses.fields(group):
      assert f"--{field.name}:" in done.stdout or (
        f"--[no]{field.name}:" in done.stdout
      )
