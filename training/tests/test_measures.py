import numpy as np
import pytest

from ranker.calibrate import best_scale, cross_fitted
from ranker.data import Pair
from ranker.metrics import calibration, equal_mass_error, longest_accuracy


def test_probabilities_that_come_true_have_no_calibration_error():
    rng = np.random.default_rng(0)
    said = rng.uniform(size=40_000)
    labels = (rng.uniform(size=said.size) < said).astype(float)
    assert calibration(said, labels)[0] < 0.01
    assert equal_mass_error(said, labels) < 0.01


def test_bins_of_equal_mass_weigh_by_pairs():
    # Nine in ten say .9 and are right in half: .4 too sure. One in ten says .5 and errs by nothing.
    said = np.array([0.9] * 90 + [0.5] * 10)
    labels = np.array([1.0, 0.0] * 45 + [0.0, 0.0] * 5)
    assert equal_mass_error(said, labels) == pytest.approx(0.9 * 0.4 + 0.1 * 0.5)
    assert equal_mass_error(np.array([0.8]), np.array([1.0])) == pytest.approx(0.2)


def test_a_few_pairs_that_are_all_right_do_not_make_it_certain():
    assert best_scale(np.full(5, 1.0), np.ones(5)) < 2
    assert best_scale(np.full(5000, 4.0), np.array([1.0, 1.0, 1.0, 0.0] * 1250)) == pytest.approx(np.log(3) / 4, rel=0.1)


def test_a_cross_fitted_scale_has_not_seen_its_own_half():
    logits, names = np.full(400, 4.0), ["a"] * 200 + ["b"] * 200
    labels = np.array([1.0] * 200 + [1.0, 0.0] * 100)
    found = cross_fitted(logits, labels, names)
    # "b" is undecided and "a" certain, so each is given what suits the other.
    assert found[0] < 0.8 < found[-1]


def test_the_longest_answer():
    def pair(a, b, margin):
        return Pair("id", "x", a, b, margin)

    assert longest_accuracy([pair("long", "s", 1.0), pair("long", "s", -1.0), pair("same", "size", 1.0), pair("s", "long", -1.0)]) == pytest.approx(2.5 / 4)
