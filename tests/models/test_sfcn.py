"""The counter: sizes, signs, number formats, saving, independence."""

import functools
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from cdcc_tf.models.decoders import (
  DensityHead,
  build_orientation_decoder,
  clip_with_a_way_back,
)
from cdcc_tf.models.sfcn import SFCN
from cdcc_tf.training.adaptation.losses import DensityLoss
from tests.helpers import POLICIES, assert_same, noise_picture

ARGUMENTS = {
  "width": 1 / 16,
  "masks": 3,
  "mask_scale": 2.0,
  "spatial_encoder": True,
  "seed": 4,
}
LIGHT = {
  "encoder": "efficientnet_lite0",
  "decoder": "separable",
  "decoder_width": 2.0,
  "train_statistics": True,
}


def pictures(*sizes: int, height: int = 32, width: int = 48) -> np.ndarray:
  """Returns uint8 pictures, one for each seed."""
  return np.stack([noise_picture(height, width, seed) for seed in sizes])


def decoded(model: SFCN, given: np.ndarray) -> np.ndarray:
  """Returns what the head sees."""
  features = model.shared_decoder(model.encoder(given))
  for layer in model.masked_decoder:
    features = layer(features)
  return np.asarray(features, np.float32)


@functools.cache
def _counter(policy: str, **arguments: object) -> SFCN:
  keras.utils.set_random_seed(0)
  model = SFCN(**arguments)
  given = pictures(0)
  model(given)
  for weight in model.trainable_weights:
    listing = "separable" not in arguments.values()  # which starts as it should
    if listing and "_conv" in weight.path and "block" not in weight.path:
      fan_in = np.prod(weight.shape[:-1])
      weight.assign(weight * (2 / fan_in) ** 0.5 / 0.01)
    if "spatial_encoder" in weight.path and len(weight.shape) > 2:
      # Whatever is on one side is felt, undiminished, on the other.
      passing_on = np.zeros(weight.shape)
      passing_on[len(passing_on) // 2] = np.eye(weight.shape[-1])
      weight.assign(weight + passing_on)
  spread = np.std(decoded(model, given))
  model.head.kernel.assign(model.head.kernel / 0.01 / spread)
  return model


def counter(**changes: object) -> SFCN:
  """Returns a tiny counter of the present policy, every layer of which counts.

  Fresh weights of std 0.01 would leave nothing of the picture in the maps.
  """
  policy = keras.config.dtype_policy().name
  return _counter(policy, **(ARGUMENTS | changes))


def flat(maps: dict[str, object]) -> np.ndarray:
  """Returns both maps in one array."""
  return np.concatenate(
    [np.asarray(maps[name]) for name in ("density", "log_variance")], -1
  )


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("changes", [{}, LIGHT], ids=["listing", "light"])
@pytest.mark.parametrize("size", [(33, 41), (7, 100)])
def test_maps(policy: str, changes: dict, size: tuple[int, int]):
  keras.config.set_dtype_policy(policy)
  maps = counter(**changes)(pictures(0, 1, height=size[0], width=size[1]))
  assert set(maps) == {"density", "log_variance"}
  for values in maps.values():
    assert values.shape == (2, -(-size[0] // 8), -(-size[1] // 8), 1)
    assert values.dtype == "float32"
    assert np.isfinite(values).all()
  assert np.min(maps["density"]) >= 0


def test_maps_depend_on_the_picture():
  model = counter()
  first, second = flat(model(pictures(0))), flat(model(pictures(1)))
  assert np.abs(first - second).max() > 1e-4


def test_density_is_never_negative_and_variance_is_bounded():
  head = DensityHead()
  features = np.float32(np.random.default_rng(0).normal(0, 1e4, (2, 4, 6, 8)))
  maps = head(features)
  assert np.min(maps["density"]) >= 0
  deviation = np.exp(0.5 * np.asarray(maps["log_variance"]))
  assert np.min(deviation) == pytest.approx(0.005, 1e-4)
  assert np.max(deviation) == pytest.approx(4.0, 1e-4)


def test_head_worked_out_by_hand():
  """Mean and σ start at two hundredths of a person."""
  maps = DensityHead()(np.zeros((1, 1, 1, 8), np.float32))
  assert maps["density"].numpy().item() == pytest.approx(0.02, rel=1e-5)
  assert maps["log_variance"].numpy().item() == pytest.approx(
    2 * np.log(0.02), abs=1e-4
  )


def test_deviation_grows_with_the_features_and_not_exponentially() -> None:
  head = DensityHead()
  head.build((1, 1, 1, 1))
  head.kernel.assign([[0.0, 1.0]])
  stronger = np.float32([10, 20, 40])[:, None, None, None]
  deviation = np.exp(0.5 * head(stronger)["log_variance"]).ravel()
  np.testing.assert_allclose(deviation, [0.12, 0.22, 0.42], 1e-4)


def test_head_computes_in_float32_under_any_policy():
  keras.config.set_dtype_policy("mixed_bfloat16")
  head = DensityHead()
  features = np.float32(np.random.default_rng(0).normal(size=(1, 2, 2, 8)))
  maps = head(features)
  assert head.compute_dtype == "float32"
  keras.config.set_dtype_policy("float32")
  plain = DensityHead()
  plain.build(features.shape)
  plain.set_weights(head.get_weights())
  assert_same(flat(maps), flat(plain(features)))


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize(
  "changes",
  [
    {},
    {"spatial_encoder": False},
    {"encoder": "compact"},
    {"decoder_width": 0.5, "detached_variance": True},
    LIGHT,
  ],
  ids=["listing", "no-scans", "compact", "narrow", "light"],
)
def test_saving_and_loading_change_no_bit(
  tmp_path: Path, policy: str, changes: dict[str, object]
):
  keras.config.set_dtype_policy(policy)
  model = counter(**changes)
  model.save(tmp_path / "model.keras")
  restored = keras.models.load_model(tmp_path / "model.keras")
  assert isinstance(restored, SFCN)
  assert restored.get_config() == model.get_config()
  given = pictures(0, 1, 2, height=33)
  for training in (False, True):
    assert_same(
      flat(restored(given, training=training)),
      flat(model(given, training=training)),
    )


def test_config_gives_back_every_argument():
  config = SFCN(**ARGUMENTS, name="mine").get_config()
  assert {name: config[name] for name in ARGUMENTS} == ARGUMENTS
  twin = SFCN.from_config(config)
  assert twin.get_config() == config
  assert twin.name == "mine"


@pytest.mark.parametrize("policy", POLICIES)
def test_inference_does_not_depend_on_the_batch(policy: str):
  keras.config.set_dtype_policy(policy)
  model = counter()
  alone = flat(model(pictures(0)))[0]
  for members in ((0, 1, 2), (3, 4, 0)):
    together = flat(model(pictures(*members)))[members.index(0)]
    np.testing.assert_allclose(together, alone, rtol=1e-4, atol=1e-5)


def test_masks_alter_training_and_nothing_else():
  model = counter()
  copies = pictures(0, 0, 0, 0)
  ensemble = flat(model(copies, training=True))
  for first, second in ((0, 1), (1, 2), (0, 2)):
    assert np.abs(ensemble[first] - ensemble[second]).max() > 1e-4
  np.testing.assert_allclose(ensemble[3], ensemble[0], rtol=1e-5, atol=1e-6)
  plain = flat(model(copies))
  np.testing.assert_allclose(plain[1], plain[0], rtol=1e-5, atol=1e-6)
  assert np.abs(plain[0] - ensemble[0]).max() > 1e-4


def test_without_masks_training_is_inference():
  model = counter(masks=1)
  given = pictures(0, 1)
  assert_same(flat(model(given, training=True)), flat(model(given)))


def test_decoding_features_is_the_second_half_of_a_call():
  model = counter()
  given = pictures(0, 1, 2)
  for training in (False, True):
    features = model.encoder(given)
    assert_same(
      flat(model.decode(features, training=training)),
      flat(model(given, training=training)),
    )


@pytest.mark.parametrize("policy", POLICIES)
def test_bytes_and_floats_are_the_same_picture(policy: str):
  keras.config.set_dtype_policy(policy)
  model, given = counter(), pictures(0, 1)
  assert_same(flat(model(given)), flat(model(np.float32(given))))


def test_spatial_encoder_carries_context_across_the_picture():
  """Far beyond the receptive field of the convolutions."""
  given = pictures(0, height=16, width=480)
  changed = given.copy()
  changed[:, :, -8:] = 0
  reach = {}
  for used in (True, False):
    model = counter(spatial_encoder=used)
    difference = decoded(model, changed) - decoded(model, given)
    reach[used] = np.abs(difference[0, :, 0])
  assert reach[False].max() == 0
  assert reach[True].max() > 0


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("size", [(4, 6), (1, 1), (13, 9)])
def test_orientation_decoder(policy: str, size: tuple[int, int]):
  keras.config.set_dtype_policy(policy)
  decoder = build_orientation_decoder(1 / 16, (3, 2))
  features = np.float32(np.random.default_rng(0).random((2, *size, 32)))
  logits = decoder(features)
  assert logits.shape == (2, 2)
  assert logits.dtype == "float32"
  assert decoder.get_layer("logits").kernel.shape == (3 * 2 * 4, 2)
  convolutions = [
    layer for layer in decoder.layers if isinstance(layer, keras.layers.Conv2D)
  ]
  assert [layer.filters for layer in convolutions] == [32, 32, 32, 16, 8, 4]
  assert all(layer.dilation_rate == (2, 2) for layer in convolutions)


def test_full_size_network_is_the_papers():
  model = SFCN()
  model(pictures(0, height=8, width=8))
  widths = [layer.filters for layer in model.masked_decoder[1:-1]]
  assert [model.shared_decoder.filters, *widths] == [
    512,
    512,
    512,
    256,
    128,
    64,
  ]
  assert model.masked_decoder[0].mask_values.shape == (3, 512)
  assert model.masked_decoder[-1].down_up[0].shape == (9, 64, 64)


def test_narrow_decoders_leave_the_encoder_as_it_is():
  model = SFCN(width=1 / 8, decoder_width=1 / 4)
  model(pictures(0, height=8, width=8))
  assert model.encoder.layers[-1].filters == 64
  widths = [layer.filters for layer in model.masked_decoder[1:-1]]
  assert [model.shared_decoder.filters, *widths] == [16, 16, 16, 8, 4, 4]
  again = SFCN.from_config(model.get_config())
  assert again.shared_decoder.filters == 16


def test_a_detached_variance_teaches_the_features_nothing() -> None:
  features = tf.constant(
    np.random.default_rng(0).random((1, 4, 4, 8)), tf.float32
  )
  heads = [DensityHead(detached_variance=detached) for detached in (0, 1)]
  for head in heads:
    head.build(features.shape)
    head.set_weights(heads[0].get_weights())
  assert_same(*(flat(head(features)) for head in heads))
  for head, taught in zip(heads, (True, False), strict=True):
    with tf.GradientTape() as tape:
      tape.watch(features)
      total = tf.reduce_sum(head(features)["log_variance"])
    gradient, kernel = tape.gradient(
      total, [features, head.kernel.value], unconnected_gradients="zero"
    )
    assert bool(np.any(gradient)) is taught
    assert np.all(kernel[:, 1] != 0)
    assert np.all(kernel[:, 0] == 0)


def test_a_clipped_variance_finds_its_way_back() -> None:
  """Beyond its bounds only the gradient that leads farther out is dropped."""
  raw = tf.constant([[-9.0], [0.0], [20.0]])
  for wanted, expected in ((8.0, [1.0, 1.0, 0.0]), (-8.0, [0.0, -1.0, -1.0])):
    with tf.GradientTape() as tape:
      tape.watch(raw)
      values = clip_with_a_way_back(raw, -6.0, 12.0)
      # Descent moves towards what is wanted.
      loss = -tf.reduce_sum(values) * np.sign(wanted)
    assert values[:, 0].numpy().tolist() == [-6.0, 0.0, 12.0]
    gradient = -tape.gradient(loss, raw)[:, 0].numpy()
    assert gradient.tolist() == expected


def test_an_empty_map_learns_that_people_are_there() -> None:
  """However far below zero: a softplus has no gradient left there."""
  head = DensityHead()
  features = tf.ones([1, 2, 2, 3])
  head(features)
  for people, expected in ((1.0, -200.0), (0.0, 0.0)):
    head.bias.assign([-500.0, 2.0])
    with tf.GradientTape() as tape:
      maps = head(features)
      loss = tf.reduce_mean(
        DensityLoss("squared")(tf.fill([1, 2, 2, 1], people), maps)
      )
    assert np.all(maps["density"] == 0)
    # (100 - 0)² hundredths: twice the error, downhill where people are.
    gradient = tape.gradient(loss, head.bias).numpy()
    assert gradient[0] == pytest.approx(expected)


def test_a_cell_that_was_too_sure_learns_that_it_errs() -> None:
  head = DensityHead()
  features = tf.ones([1, 2, 2, 3])
  head(features)
  head.bias.assign([2.0, -9.0])  # σ below its floor
  with tf.GradientTape() as tape:
    loss = tf.reduce_sum(
      DensityLoss()(tf.fill([1, 2, 2, 1], 5.0), head(features))
    )
  gradient = tape.gradient(loss, head.bias)
  assert gradient[1] < 0  # downhill, σ grows
