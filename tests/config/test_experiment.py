"""Options: every one explained, checked, and the same after a round trip."""

import dataclasses
import json
from pathlib import Path

import pytest
from absl import flags

from cdcc_tf.config import (
  GROUPS,
  DataConfig,
  ExperimentConfig,
  ModelConfig,
  PseudoLabelConfig,
  TrainingConfig,
  experiment_flags,
  load_config,
)
from cdcc_tf.errors import InputError

FIELDS = [
  (group, field)
  for group, config in GROUPS.items()
  for field in dataclasses.fields(config)
]


def experiment(**options: object) -> ExperimentConfig:
  """Returns an experiment that is sound but for the options given."""
  groups = {
    group: config(
      **{
        field.name: options.pop(field.name)
        for field in dataclasses.fields(config)
        if field.name in options
      }
    )
    for group, config in GROUPS.items()
  }
  assert not options
  return ExperimentConfig(**groups)


def sound(**options: object) -> ExperimentConfig:
  """Returns an experiment whose target is given."""
  return experiment(**({"target_records": "t"} | options))


def parsed(*arguments: str) -> ExperimentConfig:
  """Returns the experiment of a command line."""
  values = flags.FlagValues()
  experiment_flags.define_flags(values)
  values(["train", *arguments])
  return experiment_flags.from_flags(values)


def other_value(field: dataclasses.Field) -> object:
  """Returns an allowed value that is not the default."""
  if field.metadata["choices"]:
    return field.metadata["choices"][-1]
  special = {
    "crop": 128,
    "validation_crop": 256,
    "target_batch": 6,
    "orientation_source": 2,
    "encoder_rate": 0.5,
    "ema_momentum": 0.5,
    "beta": 0.25,
    "validate_every": 200,
    "checkpoint_every": 25,
    "stage1_steps": 500,
    "round_steps": 300,
    "pseudo_keep": 0.3,
    "pseudo_keep_images": 0.3,
    "weight_decay": 0.5,
    "mask_scale": 1.5,
    "scale_min": 0.3,
    "target_scale_min": 0.3,
  }
  if field.name in special:
    return special[field.name]
  if isinstance(field.default, bool):
    return not field.default
  if isinstance(field.default, str):
    return "some/where else"
  return field.default + 1


@pytest.mark.parametrize(
  ("group", "field"), FIELDS, ids=lambda f: getattr(f, "name", f)
)
def test_every_option_is_explained(group: str, field: dataclasses.Field):
  help_text = field.metadata["help"]
  assert len(help_text) >= 10
  assert help_text[0].isupper() or help_text[0] == "λ" or help_text[0] == "β"
  assert help_text.endswith(".")
  if field.metadata["choices"]:
    assert field.default in field.metadata["choices"]


def test_option_names_are_unique():
  names = [field.name for _, field in FIELDS]
  assert len(set(names)) == len(names)


def test_every_option_is_a_flag_with_its_help():
  values = flags.FlagValues()
  experiment_flags.define_flags(values)
  for _, field in FIELDS:
    assert values[field.name].help.endswith(field.metadata["help"])
    assert values[field.name].default == field.default


def test_flags_without_arguments_are_the_defaults():
  assert parsed("--target_records=t") == sound()


@pytest.mark.parametrize("field", [f for _, f in FIELDS], ids=lambda f: f.name)
def test_each_flag_sets_its_own_option(field: dataclasses.Field):
  value = other_value(field)
  needed = {
    "encoder": {"encoder_weights": "none"},
    "batch_norm": {"encoder": "efficientnet_lite0"},
  }
  options = needed.get(field.name, {}) | {field.name: value}
  arguments = [f"--{name}={given}" for name, given in options.items()]
  expected = sound(**options)
  assert parsed("--target_records=t", *arguments) == expected
  assert expected != sound()


def test_a_group_may_stand_for_flags_that_are_not_given():
  values = flags.FlagValues()
  experiment_flags.define_flags(values, ["pseudo"])
  values(["label", "--pseudo_keep=0.5", "--pseudo_match_contrast"])
  of_a_run = PseudoLabelConfig(pseudo_keep=0.3, pseudo_floor=0.1)
  found = experiment_flags.group_from_flags("pseudo", values, of_a_run)
  # A flag that is given counts, though it is the default.
  assert found == PseudoLabelConfig(
    pseudo_keep=0.5, pseudo_floor=0.1, pseudo_match_contrast=True
  )


def test_flagfile(tmp_path: Path):
  (tmp_path / "base.flags").write_text("--crop=64\n--sigma=3\n")
  (tmp_path / "run.flags").write_text(
    f"# a comment\n--flagfile={tmp_path}/base.flags\n--sigma=5\n"
    "--nospatial_encoder\n--target_records=t\n"
  )
  assert parsed(f"--flagfile={tmp_path}/run.flags", "--masks=4") == sound(
    crop=64, sigma=5.0, spatial_encoder=False, masks=4
  )


@pytest.mark.parametrize(
  ("name", "options"),
  [
    ("source_records", {"source_records": "a,,b"}),
    ("source_records", {"source_records": " "}),
    ("target_records", {"target_records": "a,b"}),
    ("crop", {"crop": 0}),
    ("crop", {"crop": -8}),
    ("crop", {"crop": 100}),
    ("validation_crop", {"validation_crop": 100}),
    ("validation_crop", {"validation_crop": 0}),
    ("validation_crop", {"validation_crop": -8}),
    ("source_batch", {"source_batch": 0}),
    ("target_batch", {"target_batch": 3}),
    ("target_batch", {"target_batch": 0}),
    ("scale_min", {"scale_min": 0.0}),
    ("scale_min", {"scale_min": 1.3}),
    ("target_scale_min", {"target_scale_min": -1.0}),
    ("target_scale_min", {"target_scale_max": 0.1}),
    ("sigma", {"sigma": 0.0}),
    ("target_held_out", {"target_held_out": -1}),
    ("validate_every", {"validate_every": 0}),
    ("seed", {"seed": -1}),
    ("width", {"width": 0.0}),
    ("width", {"width": 5.0}),
    ("width", {"decoder_width": 0.01}),
    ("decoder_width", {"decoder_width": 0.0}),
    ("masks", {"masks": 0}),
    ("masks", {"masks": 11}),
    ("mask_scale", {"mask_scale": 0.5}),
    ("mask_scale", {"mask_scale": 7.0}),
    ("orientation_grid", {"orientation_grid": 0}),
    ("encoder_weights", {"encoder": "compact"}),
    ("batch_norm", {"batch_norm": "train"}),
    ("batch_norm", {"batch_norm": "train", "encoder": "resnet50"}),
    ("width", {"encoder": "resnet50", "width": 0.5}),
    ("width", {"encoder": "efficientnet_lite0", "decoder_width": 0.05}),
    ("stage1_steps", {"stage1_steps": 0}),
    ("stage1_steps", {"stage1_steps": 75}),
    ("round_steps", {"round_steps": 75}),
    ("rounds", {"rounds": -1}),
    ("pseudo_keep", {"pseudo_keep": 0.0}),
    ("pseudo_keep_images", {"pseudo_keep_images": 1.1}),
    ("pseudo_floor", {"pseudo_floor": -0.01}),
    ("round_learning_rate", {"round_learning_rate": 0.0}),
    ("target_records", {"orientation_weight": 0.0, "target_records": ""}),
    ("beta", {"beta": 1.5}),
    ("absolute_weight", {"absolute_weight": -1.0}),
    ("beta", {"beta": -0.1}),
    ("orientation_weight", {"orientation_weight": -0.1}),
    ("learning_rate", {"learning_rate": 0.0}),
    ("encoder_rate", {"encoder_rate": 0.0}),
    ("ema_momentum", {"ema_momentum": 1.0}),
    ("frozen_blocks", {"frozen_blocks": 5}),
    ("checkpoint_every", {"checkpoint_every": 0}),
    ("validate_every", {"validate_every": 75}),
    ("target_records", {"target_records": ""}),
    ("weight_decay", {"optimizer": "sgd", "weight_decay": 0.1}),
  ],
  ids=str,
)
def test_bad_options_are_named(name: str, options: dict[str, object]):
  with pytest.raises(InputError, match=rf"^--{name} must be .+"):
    sound(**options)


@pytest.mark.parametrize(
  "options",
  [
    {},
    {"orientation_weight": 0.0, "rounds": 0, "target_records": ""},
    {"rounds": 0, "round_steps": 75},
    {"scale_min": 1.2},
    {"target_held_out": 1},
    {"stage1_steps": 100, "checkpoint_every": 100},
    {"optimizer": "sgd"},
    {"masks": 1},
    {"beta": 1.0},
  ],
  ids=str,
)
def test_options_at_their_limits_are_allowed(options: dict[str, object]):
  sound(**options)


def test_bad_flag_is_an_input_error():
  with pytest.raises(InputError, match="--crop"):
    parsed("--target_records=t", "--crop=100")
  with pytest.raises(flags.IllegalFlagValueError, match="density_loss"):
    parsed("--target_records=t", "--density_loss=other")


@pytest.mark.parametrize("text", ["a b,c", "a b, c", " a b ,c "])
def test_source_folders(text: str):
  assert DataConfig(source_records=text).source_folders == ["a b", "c"]


def test_adapts():
  assert sound().adapts
  assert not experiment(orientation_weight=0.0, rounds=0).adapts


def test_json_round_trip():
  given = sound(
    source_records="ä b", crop=64, sigma=0.1, spatial_encoder=False, seed=7
  )
  restored = ExperimentConfig.from_json(given.to_json())
  assert restored == given
  assert restored.differences(given) == []
  assert set(json.loads(given.to_json())) == {
    *("data", "model", "training", "rounds", "pseudo")
  }


@pytest.mark.parametrize(
  "text",
  [
    "",
    "{",
    "[]",
    "3",
    "{}",
    '{"data": {}, "model": {}, "training": {"unheard_of": 1}}',
    '{"data": {}, "model": {}}',
    '{"data": null, "model": {}, "training": {}}',
  ],
)
def test_what_is_no_configuration_is_refused(text: str):
  with pytest.raises(InputError):
    ExperimentConfig.from_json(text)


def test_differences_name_the_flags_and_both_values():
  here, there = sound(crop=64, masks=4), sound(crop=128)
  assert here.differences(there) == [
    "--crop: 128 there, 64 here",
    "--masks: 3 there, 4 here",
  ]


def test_groups_are_frozen():
  for config in (DataConfig(), ModelConfig(), TrainingConfig(), sound()):
    with pytest.raises(dataclasses.FrozenInstanceError):
      config.anything = 1


def test_load(tmp_path: Path):
  (tmp_path / "config.json").write_text(sound(crop=64).to_json())
  assert load_config(tmp_path) == sound(crop=64)


def test_load_from_what_is_no_run(tmp_path: Path):
  with pytest.raises(InputError, match="not a run folder") as raised:
    load_config(tmp_path)
  assert str(tmp_path) in str(raised.value)
  (tmp_path / "config.json").write_text("{}")
  with pytest.raises(InputError, match=r"config\.json"):
    load_config(tmp_path)


@pytest.mark.parametrize(
  ("options", "expected"),
  [
    ({}, "listing"),
    ({"decoder": "separable"}, "separable"),
    ({"encoder": "compact", "encoder_weights": "none"}, "listing"),
    ({"encoder": "efficientnet_lite0"}, "separable"),
    ({"encoder": "resnet50", "decoder": "listing"}, "listing"),
  ],
  ids=str,
)
def test_light_encoders_have_a_decoder_to_match(options: dict, expected: str):
  assert sound(**options).model.decoder_kind == expected
