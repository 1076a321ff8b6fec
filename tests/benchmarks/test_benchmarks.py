"""Benchmarks run to their end at tiny sizes, and count and divide rightly."""

import dataclasses
import importlib
import itertools
import math
import time
import types

import numpy as np
import pytest
from absl import flags

from benchmarks import (
  convert,
  density,
  flop,
  inference,
  input_pipeline,
  labelling,
  memory,
  moments,
  resume,
  synthesize,
  timing,
  torch_side,
  train_step,
  whole_numbers,
)
from benchmarks.studies import ablation, selection, signals, sources
from cdcc_tf.config import (
  DataConfig,
  ExperimentConfig,
  ModelConfig,
  PseudoLabelConfig,
  RoundsConfig,
  TrainingConfig,
  experiment_flags,
)
from cdcc_tf.errors import InputError
from cdcc_tf.models.decoders import build_orientation_decoder
from cdcc_tf.models.mask_ensemble import MaskEnsemble
from cdcc_tf.models.sfcn import SFCN
from tests.data_tools.helpers import HEIGHT, WIDTH, write_csv
from tests.helpers import noise_picture, png

COMMANDS = (
  *(convert, density, ablation, inference, input_pipeline),
  *(labelling, memory, moments, resume, selection, signals, sources),
  *(synthesize, train_step),
)
TINY = 0.05


@pytest.mark.parametrize("module", COMMANDS, ids=lambda m: m.__name__)
def test_flags_parse_and_explain_themselves(module: types.ModuleType) -> None:
  values = flags.FlagValues()
  module.define_flags(values)
  values([module.__name__])
  assert all(values[name].help for name in values)
  assert f"python -m {module.__name__}" in module.__doc__


def test_density_keeps_every_head() -> None:
  recipe, ours, faster = density.measure(50, 64, 96, rounds=1)
  assert recipe.startswith("scipy recipe")
  assert "sum 50.0000 of 50" in ours
  assert faster.endswith("x faster")


def test_convert_leaves_nothing_and_reads_every_picture(tmp_path) -> None:
  root = write_csv(tmp_path / "set", "image,x,y\na.jpg,5,4\n", "a.jpg", "b.png")
  paths = [root / "a.jpg", root / "b.png"]
  assert convert.decode_all(paths, 2) == 2 * HEIGHT * WIDTH
  before = sorted(tmp_path.rglob("*"))
  decode, ours, share = convert.measure("csv", root, workers=2, rounds=1)
  assert decode.startswith("read and decode")
  assert ours.startswith("convert")
  assert share.startswith("2 pictures, 2 threads: converted at ")
  assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("text", ["", "0,a", "1.5", "-1"])
def test_lists_of_numbers_are_checked(text: str) -> None:
  values = flags.FlagValues()
  whole_numbers.define("seeds", "0,12", "Seeds", values)
  values(["command"])
  assert whole_numbers.of("seeds", values) == [0, 12]
  with pytest.raises(
    flags.IllegalFlagValueError, match=r"seeds.*whole numbers"
  ):
    values(["command", f"--seeds={text}"])


def test_synthesize_makes_what_it_times() -> None:
  none, some, told = synthesize.measure("street", [0, 30], 2, 1, (96, 64), 20)
  assert none.split()[:4] == ["street", "0", "people", "0"]
  assert float(some.split()[3]) > 5
  assert told.split()[1:4] == ["20", "labelled", "heads:"]


def test_inference_without_torch() -> None:
  lines = inference.measure(24, 32, 1, channels=TINY, torch=False)
  assert [line.split("  ")[0] for line in lines] == [
    "ours, one pass, float32",
    "ours, one pass, bfloat16",
    "ours, every mask, float32",
    "ours, every mask, bfloat16",
  ]


def test_moments_are_those_of_naive_passes() -> None:
  lines = moments.measure(24, 32, 1, channels=TINY)
  assert sum(line.startswith("moments / one pass") for line in lines) == 2
  float32 = next(line for line in lines if line.startswith("counts differ"))
  assert float(float32.split()[6]) < 1e-5


def test_labelling_labels_what_it_is_asked_to(tiny_records) -> None:
  folder = tiny_records("real", {"train": 4})
  lines = labelling.measure(folder, "train", 3, 1, TINY, "float32")
  sides = ["labelling pass", "one at a time", "loop over predict"]
  assert all(
    line.startswith(side) for line, side in zip(lines, sides, strict=False)
  )
  assert [line.partition("as fast as ")[2] for line in lines[3:]] == sides[1:]


def test_loop_over_predict_leaves_the_counter_as_it_was() -> None:
  """And its counts are the masks' mean: all sides do the same work."""
  counter = inference.our_counter("float32", TINY).model
  before = counter.get_weights()
  image = noise_picture(24, 32, 0)
  total = labelling.plain_loop(counter, [png(image)])
  for old, new in zip(before, counter.get_weights(), strict=True):
    np.testing.assert_array_equal(old, new)
  mean = float(MaskEnsemble(counter)(image[None]).mean.numpy().sum())
  assert total == pytest.approx(mean, 1e-4)
  assert labelling.shared_loop(counter, [png(image)] * 2) == pytest.approx(
    2 * mean, 1e-4
  )


FULL = ExperimentConfig(
  data=DataConfig(source_records="s", target_records="t"),
  training=TrainingConfig(stage1_steps=300, checkpoint_every=50),
  rounds=RoundsConfig(rounds=2, round_steps=100, stop_movement=0.1),
)


def test_arms_have_equal_steps_and_differ_as_they_say() -> None:
  arms = {arm: ablation.arm_of(FULL, arm, 7, "s") for arm in ablation.ARMS}
  for arm in arms.values():
    assert arm.training.seed == 7
    assert arm.training.stage1_from == "s"
    assert arm.data == FULL.data
    assert (arm.rounds.rounds, arm.rounds.round_steps) == (2, 100)
    assert arm.rounds.stop_movement == 0.0
  assert [arm.adapts for arm in arms.values()] == [False, True, False, True]
  weights = [arm.rounds.pseudo_weight for arm in arms.values()]
  assert weights == [0, 0, 1, 1]


def test_how_labels_are_chosen_changes_only_arms_that_have_any() -> None:
  other = dataclasses.replace(FULL, pseudo=PseudoLabelConfig(pseudo_floor=0.1))
  changed = [
    ablation.arm_of(FULL, arm, 7, "s") != ablation.arm_of(other, arm, 7, "s")
    for arm in ablation.ARMS
  ]
  assert changed == [False, False, True, True]


def test_arms_share_a_stage_1_without_rounds() -> None:
  starts = [ablation.start_of(FULL, flip, 7) for flip in (False, True)]
  assert [start.adapts for start in starts] == [False, True]
  for start in starts:
    assert start.rounds.rounds == 0
    assert start.training.stage1_steps == FULL.training.stage1_steps
    assert start.training.seed == 7
  other = dataclasses.replace(FULL, pseudo=PseudoLabelConfig(pseudo_floor=0.1))
  assert ablation.start_of(other, True, 7) == starts[1]


def test_arms_need_the_full_method() -> None:
  bare = dataclasses.replace(FULL, rounds=RoundsConfig(rounds=0))
  with pytest.raises(InputError, match="--rounds"):
    ablation.arm_of(bare, "A", 0, "s")


def test_an_arm_survives_the_way_through_its_flag_file(tmp_path) -> None:
  arm = ablation.arm_of(FULL, "C", 3, "start")
  file = tmp_path / "arm.flags"
  file.write_text("\n".join(arm.to_flags()))
  values = flags.FlagValues()
  flags.DEFINE_string("flagfile", "", "", flag_values=values)
  experiment_flags.define_flags(values)
  values(["train", f"--flagfile={file}"])
  assert experiment_flags.from_flags(values) == arm


def test_memory_is_compared_in_turns(monkeypatch) -> None:
  turns = []

  def train(lines: list[str], steps: int, variables: dict) -> memory.Cost:
    turns.append(bool(variables))
    return memory.Cost(3.0 if variables else 2.0, 50.0, 20.0, 1.0)

  monkeypatch.setattr(memory, "train", train)
  kept, given_back, ratio = memory.measure(["--crop=32"], 4, 2)
  assert turns == [False, True, False, True]
  assert "2.0000 s" in kept
  assert "3.0000 s" in given_back
  assert ratio == "1.50x as fast"


def test_table_of_arms() -> None:
  figures = {"mae": 10.0, "rmse": 12.0, "nae": 0.1, "correlation": None}
  better = figures | {"mae": 7.0}
  results = {"A": [figures, figures | {"mae": 14.0}], "B": [figures, better]}
  lines = ablation.table(results).splitlines()
  assert "12.00 ± 2.83" in lines[1]
  assert lines[2].split()[:5] == ["B", "+", "flip", "8.50", "±"]
  assert lines[2].split()[-1] == "-"  # no intervals were measured
  assert lines[3] == "By mean MAE, best first: B, A"
  assert lines[4] == "MAE of B over A's, seed by seed: 1.00, 0.50"


@pytest.mark.slow
def test_train_step_without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
  """Sides that differ in speed alone share a step: tracing one takes long."""
  steps: dict[bool, tuple] = {}
  our_step = train_step.our_step

  def shared(config, batch: dict, both_branches: bool = False) -> tuple:
    if both_branches not in steps:
      steps[both_branches] = our_step(config, batch, both_branches)
    return steps[both_branches]

  monkeypatch.setattr(train_step, "our_step", shared)
  lines = train_step.measure(
    *(16, 4, 1, TINY, False),
    matmul_side=64,
    compute=["bfloat16"],
  )
  assert sum(" s  (" in line for line in lines) == 5
  assert sum(line.endswith("4 crops of 16") for line in lines) == 2
  assert any(line.startswith("spatial encoder: ") for line in lines)


def test_input_pipeline(tiny_records) -> None:
  records = str(tiny_records("both", {"train": 6, "val": 1}))
  data = DataConfig(
    records, records, crop=16, target_held_out=1, sigma=4.0, target_batch=2
  )
  experiment = ExperimentConfig(data, ModelConfig(width=TINY))
  lines = input_pipeline.measure(experiment, batches=2, steps=1)
  assert lines[-1].endswith("x what training consumes")


def test_missing_torch_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
  def missing(name: str) -> None:
    raise ModuleNotFoundError(name)

  monkeypatch.setattr(importlib, "import_module", missing)
  with pytest.raises(InputError, match="--notorch"):
    torch_side.load()


def test_torch_side_runs_and_has_our_size() -> None:
  pytest.importorskip("torch")
  network = torch_side.load()
  _, model = train_step.our_step(
    train_step.experiment("float32", 16, TINY), train_step.make_batch(16, 2, 2)
  )
  masks = model.counter.masked_decoder[0].mask_values.numpy()
  ours = [*model.counter.trainable_weights, *model.task.decoder.weights]
  theirs = network.TorchSFCN(masks, TINY).parameters()
  assert sum(parameter.numel() for parameter in theirs) == sum(
    math.prod(weight.shape) for weight in ours
  )
  lines = train_step.measure(16, 4, 1, channels=TINY, matmul_side=64)
  assert sum("ours / PyTorch" in line for line in lines) == 4
  lines = inference.measure(24, 32, 1, channels=TINY)
  prefix = "ours, one pass, float32 / PyTorch, float32"
  assert any(line.startswith(prefix) for line in lines)


@pytest.fixture(scope="module")
def network() -> SFCN:
  model = SFCN()
  model(np.zeros((1, 16, 16, 3)))
  return model


def by_hand(channels: list[int], cells: float) -> float:
  """Sums 3x3 convolutions on one grid."""
  return sum(
    2 * 9 * before * after * cells
    for before, after in itertools.pairwise(channels)
  )


def test_flop_of_the_encoder(network: SFCN) -> None:
  height, width = 256, 128
  pixels = height * width
  expected = (
    by_hand([3, 64, 64], pixels)
    + by_hand([64, 128, 128], pixels / 4)
    + by_hand([128, 256, 256, 256], pixels / 16)
    + by_hand([256, 512, 512, 512], pixels / 64)
  )
  assert flop.encoder(network, height, width) == expected
  first = by_hand([3, 64], pixels)
  assert flop.first_convolution(network, height, width) == first


def test_encoders_side_by_side(
  network: SFCN, monkeypatch: pytest.MonkeyPatch
) -> None:
  """The first is the measure of the others."""
  light = SFCN(encoder="efficientnet_lite0", decoder="separable")
  light(np.zeros((1, 16, 16, 3)))
  counters = {"vgg16": network, "efficientnet_lite0": light}

  def our_step(config, batch: dict) -> tuple:
    assert {len(part["image"]) for part in batch.values()} == {6, 4}
    counter = counters[config.model.encoder]
    return time.monotonic, types.SimpleNamespace(counter=counter)

  monkeypatch.setattr(train_step, "our_step", our_step)
  first, second = train_step.measure_encoders(list(counters), 256, 1)
  assert ", 1.00x; a crop of 256 forward: encoder 18.2" in first
  assert second.startswith("efficientnet_lite0")
  assert "encoder 0.48 GMAC, decoder 0.09 GMAC" in second


def test_flop_of_a_light_encoder() -> None:
  """EfficientNet-Lite0: its kernels, each over the cells of its output."""
  model = SFCN(encoder="efficientnet_lite0", decoder="separable")
  side, expected = 112, 0
  for layer in model.encoder.layers:
    if layer.name in [f"block{i}_depthwise" for i in (1, 3, 5, 11)]:
      side //= 2
    if hasattr(layer, "kernel"):
      expected += 2 * layer.kernel.numpy().size * side**2
  joining = (40 * 28 * 28 + 112 * 14 * 14 + 320 * 7 * 7) * 64
  assert flop.encoder(model, 224, 224) == expected + 2 * joining
  assert flop.first_convolution(model, 224, 224) == 2 * 27 * 32 * 112**2
  model(np.zeros((1, 16, 16, 3)))
  separable = [192, 128, 128, 128, 64, 32, 16]
  cells = sum((9 + b) * a for a, b in itertools.pairwise(separable))
  scans = 2 * 2 * 9 * 16 * 16 * (27 / 28)
  assert flop.density_decoder(model, 224, 224) == pytest.approx(
    2 * 28 * 28 * (cells + scans + 2 * 16)
  )


def test_flop_of_the_decoders(network: SFCN) -> None:
  rows, columns = 32, 16
  convolutions = by_hand([512, 512, 512, 512, 256, 128, 64], rows * columns)
  # Each line but the first gets a message from a 1 x 9 neighbourhood, twice.
  scans = 2 * 2 * 9 * 64 * 64 * ((rows - 1) * columns + (columns - 1) * rows)
  head = 2 * 64 * 2 * rows * columns
  assert (
    flop.density_decoder(network, 8 * rows, 8 * columns)
    == convolutions + scans + head
  )
  decoder = build_orientation_decoder()
  decoder.build((1, rows, columns, 512))
  assert (
    flop.orientation_decoder(decoder, 8 * rows, 8 * columns) == convolutions
  )
  crop = 64
  encoder = flop.encoder(network, crop, crop)
  first = flop.first_convolution(network, crop, crop)
  density_work = flop.density_decoder(network, crop, crop)
  orientation_work = flop.orientation_decoder(decoder, crop, crop)
  assert flop.train_step(network, decoder, crop, 6, 4, 2) == pytest.approx(
    6 * (3 * encoder - first) + 12 * density_work + 6 * orientation_work
  )


def test_sides_take_turns_and_the_first_round_is_not_counted() -> None:
  calls: list[str] = []
  seconds = timing.in_turns(
    {name: lambda name=name: calls.append(name) for name in "ab"}, rounds=2
  )
  assert "".join(calls) == "ababab"
  assert [len(values) for values in seconds.values()] == [2, 2]


def test_ratios_are_medians_of_rounds_not_ratios_of_medians() -> None:
  """The machine slows down tenfold in the last round; the ratio does not."""
  ours, theirs = [1.0, 1.0, 10.0], [2.0, 2.0, 20.0]
  assert timing.ratio(ours, theirs) == 0.5
  assert timing.ratio([1.0, 4.0, 9.0], [1.0, 2.0, 3.0]) == 2.0
  with pytest.raises(ValueError, match="argument 2"):
    timing.ratio([1.0], [1.0, 2.0])
  # Twice the work in half the time is four times the rate.
  assert timing.rate_share([1.0, 1.0], 8.0, [2.0, 2.0], 4.0) == 4.0


def test_rows_name_median_and_extremes() -> None:
  name, rest = timing.row("side", [3.0, 1.0, 2.0], "note").split(maxsplit=1)
  assert name == "side"
  assert rest == "2.0000 s  (1.0000 to 3.0000)  note"


def test_matmul_work_counts_multiply_adds() -> None:
  work, count = timing.matmul_work(8)
  work()
  assert count == 2 * 8**3
