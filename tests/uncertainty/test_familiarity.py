"""What is called familiar: uncertainty against that of as many people."""

import numpy as np
import pytest

from cdcc_tf.uncertainty import familiarity
from cdcc_tf.uncertainty.familiarity import Familiarity

COUNTS = np.array([3.0, 10.0, 40.0, 150.0, 600.0])


def test_line_and_limit_by_hand() -> None:
  usual = familiarity.fit(COUNTS, 2.0 * COUNTS**0.7)
  assert usual.slope == pytest.approx(0.7)
  assert usual.level == pytest.approx(np.log(2.0))
  assert usual.largest == pytest.approx(0, abs=1e-3)
  assert np.asarray(usual.excess(100.0, 4.0 * 100**0.7)) == pytest.approx(
    np.log(2)
  )


def test_few_people_are_no_less_familiar_than_many() -> None:
  """By uncertainty per person, only pictures of few people would stand out."""
  random = np.random.default_rng(0)
  counts = np.exp(random.uniform(0, 7, 400))
  uncertainties = 2 * counts**0.6 * np.exp(random.normal(0, 0.2, 400))
  usual = familiarity.fit(counts, uncertainties, 0.9)
  strange = np.asarray(usual.excess(counts, uncertainties)) > usual.largest
  sparse = counts < np.median(counts)
  assert strange[sparse].mean() == pytest.approx(0.1, abs=0.05)
  assert strange[~sparse].mean() == pytest.approx(0.1, abs=0.05)


@pytest.mark.parametrize(("share", "familiar"), [(1.0, 5), (0.6, 3), (0.1, 1)])
def test_share_of_what_was_seen_is_familiar(
  share: float, familiar: int
) -> None:
  uncertainties = COUNTS * np.array([1.0, 1.3, 0.9, 1.1, 1.2])
  usual = familiarity.fit(COUNTS, uncertainties, share)
  holds = np.asarray(usual.holds(COUNTS, uncertainties))
  assert sum(holds) == familiar
  kept = np.asarray(usual.excess(COUNTS, uncertainties))[holds]
  assert kept.max() < usual.largest


def test_what_a_counter_was_adapted_to_sets_the_limit() -> None:
  """A source's pictures may be far less alike than those of one camera."""
  uncertainties = COUNTS * np.array([1.0, 3.0, 0.9, 1.1, 1.2])
  adapted_to = np.array([True, False, True, True, True])
  usual = familiarity.fit(COUNTS, uncertainties, adapted_to=adapted_to)
  holds = np.asarray(usual.holds(COUNTS, uncertainties))
  assert holds.tolist() == adapted_to.tolist()
  with_all = familiarity.fit(COUNTS, uncertainties)
  assert (with_all.level, with_all.slope) == (usual.level, usual.slope)
  assert with_all.holds(COUNTS[1], uncertainties[1])
  assert with_all.most_people == usual.most_people
  with pytest.raises(ValueError, match="no finite"):
    familiarity.fit(COUNTS, uncertainties, adapted_to=np.zeros(5, bool))


def test_pictures_of_one_count_are_compared_per_person() -> None:
  usual = familiarity.fit(np.full(3, 50.0), np.array([5.0, 6.0, 7.0]))
  assert usual.slope == 1
  assert usual.holds(70.0, 9.7)
  assert not usual.holds(70.0, 9.9)


def test_empty_pictures_have_an_uncertainty_too() -> None:
  usual = Familiarity(level=0.0, slope=1.0, largest=0.5)
  assert usual.holds(0.0, 1.6)
  assert not usual.holds(0.0, 1.7)
  assert usual.holds(0.0, 0.0)


def test_a_crowd_far_larger_than_any_seen_is_not_familiar() -> None:
  usual = familiarity.fit(COUNTS, 2.0 * COUNTS**0.7)
  assert usual.holds(890.0, 2.0 * 890**0.7)
  assert not usual.holds(910.0, 2.0 * 910**0.7)
  nobody = familiarity.fit(np.zeros(3), np.ones(3))
  assert nobody.holds(1.4, 1.0)
  assert not nobody.holds(1.6, 1.0)


@pytest.mark.parametrize(
  ("counts", "uncertainties"), [([], []), ([1.0, np.nan], [1.0, 1.0])]
)
def test_nothing_to_fit_to(counts: list, uncertainties: list) -> None:
  with pytest.raises(ValueError, match="no finite"):
    familiarity.fit(np.array(counts), np.array(uncertainties))


def test_pictures_that_are_alike_are_all_accepted() -> None:
  """A camera that stands still sends the same frame over and over."""
  random = np.random.default_rng(0)
  for _ in range(200):
    counts = np.full(8, random.uniform(0, 500))
    uncertainties = np.full(8, random.uniform(0.1, 100))
    usual = familiarity.fit(counts, uncertainties, 0.5)
    assert (
      np.asarray(usual.excess(counts, uncertainties)) <= usual.largest
    ).all()
