"""The log's line of a validation: figures with the pictures they belong to."""

from cdcc_tf.training.loop.validation import sentence

SOURCE = {"val_mae": 2.41, "val_true_count": 3.5, "val_bias": -2.4}
TARGET = {
  "val_orientation_accuracy": 0.9375,
  "val_target_count": 118.0,
  "val_scale_gap": 0.25,
}


def test_source_alone() -> None:
  found = sentence(SOURCE, "val_mae", False)
  assert found == "source MAE 2.4 of 3.5 people (bias -2.4)"


def test_both_domains() -> None:
  found = sentence(SOURCE | TARGET, "val_mae", True)
  assert found == (
    "source MAE 2.4 of 3.5 people (bias -2.4); orientation 94 % right on "
    "held-out target pictures; 118.0 people per target crop; kept as best"
  )


def test_a_figure_that_chooses_is_told() -> None:
  found = sentence(SOURCE | TARGET, "val_scale_gap", False)
  assert found.endswith("per target crop; scale gap 0.250")
