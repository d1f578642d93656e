import numpy as np
import pytest
import torch

from ranker.batches import Batch, Batches, BatchSettings, Row, natural_rows, nearest


def batches_of(groups, encoder, **settings) -> Batches:
    vectors = np.random.default_rng(1).normal(size=(len(groups), 4))
    return Batches(groups, nearest(vectors), encoder, [None] * len(groups), BatchSettings(**settings), seed=1)


def test_a_step_is_drawn_from_seed_and_step_alone(groups, encoder):
    first, again = (batches_of(groups, encoder).at(3) for _ in range(2))
    assert first.encoded == again.encoded
    assert torch.equal(first.left, again.left) and torch.equal(first.weight, again.weight)
    assert batches_of(groups, encoder).at(4).encoded != first.encoded


def test_pairs_point_to_texts_of_one_instruction(groups, encoder):
    batch = batches_of(groups, encoder, constraints=1, brief=1, tasks=2).at(0)
    for left, right in zip(batch.left.tolist(), batch.right.tolist()):
        texts = batch.encoded[left], batch.encoded[right]
        assert texts[0].ids[: texts[0].first] == texts[1].ids[: texts[1].first]


def test_asked_are_the_pairs_whose_instruction_decides(groups, encoder):
    natural = batches_of(groups, encoder, constraints=0, brief=0, hard=2).at(0)
    assert not natural.asked.any()
    tasks = batches_of(groups, encoder, constraints=0, brief=1, tasks=3, hard=0).at(0)
    assert tasks.asked.sum() == 4 * 3


def test_answers_of_two_components_are_not_compared_and_a_group_weighs_one():
    rows = natural_rows(BatchSettings(), 10, [50, 60, 70, 80], np.array([1.0, 0.0, 2.0, 0.5]), [0, 0, 1, 1])
    assert [(row.left, row.right) for row in rows] == [(10, 11), (12, 13)]
    assert sum(row.weight for row in rows) == pytest.approx(1)
    assert rows[0].target > 0.5 and rows[1].target > 0.5


@pytest.mark.parametrize(
    ("lengths", "gap", "weight"),
    [([100, 100], 1.0, 1.5), ([50, 200], 1.0, 1.25), ([50, 200], -1.0, 1.0)],
    ids=["like length", "the shorter wins", "the longer wins"],
)
def test_pairs_that_length_does_not_decide_weigh_more(lengths, gap, weight):
    settings = BatchSettings(like_length=0.5, shorter_wins=0.25)
    plain = natural_rows(settings, 0, [10, 1000, *lengths], np.array([0.0, 1.0, gap, 0.0]), [0, 0, 1, 1])
    assert plain[1].weight / plain[0].weight == pytest.approx(weight)


def test_a_batch_without_pairs_has_empty_columns():
    batch = Batch.of([], [], [])
    assert batch.left.shape == (0,) and batch.asked.dtype == torch.bool
    assert Batch.of([], [], [Row(0, 1, 0.9, 1.0, asked=True)]).asked.tolist() == [True]
