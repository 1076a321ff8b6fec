"""Fixtures."""

import pytest

from cdcc_tf.inference.counter import CrowdCounter
from tests.inference.helpers import tiny_model


@pytest.fixture
def counter() -> CrowdCounter:
  return CrowdCounter(tiny_model())
