import argparse
import json

import pytest
import torch

from ranker.batches import Batch, Row
from ranker.data import DataError
from ranker.model import Ranker
from ranker.train import load_teacher


def options(path, share: float, surface: float) -> argparse.Namespace:
    return argparse.Namespace(teacher=path, teacher_share=share, teacher_surface=surface)


@pytest.fixture
def scores(tmp_path):
    path = tmp_path / "scores.jsonl"
    rows = [("q", "good", 2.0), ("q", "bad", -1.0)]
    path.write_text("".join(json.dumps({"instruction": i, "answer": a, "score": s}) + "\n" for i, a, s in rows))
    return path


@pytest.fixture
def batch(encoder) -> Batch:
    texts = [("q", "good"), ("q", "bad"), ("q", "made worse")]
    encoded = [encoder.encode(*text, None) for text in texts]
    return Batch.of(texts, encoded, [Row(0, 1, 0.5, 1.0), Row(0, 2, 0.9, 1.0)])


def test_a_label_is_partly_the_teachers_where_it_knows_both_texts(scores, batch, shape):
    relabelled = load_teacher(options(scores, 0.75, 0.0), Ranker(shape))(batch)
    said = 1 / (1 + torch.exp(torch.tensor(-3.0)))
    torch.testing.assert_close(relabelled.target, torch.stack([0.25 * 0.5 + 0.75 * said, torch.tensor(0.9)]))


def test_the_surface_is_added_to_what_the_teacher_says(scores, batch, shape):
    model = Ranker(shape)
    with torch.no_grad():
        model.direct.weight.fill_(0.01)
        surface = torch.tensor([text.surface for text in batch.encoded])
        direct = model.direct(model.standard(surface)).squeeze(-1)
    relabelled = load_teacher(options(scores, 1.0, 2.0), model)(batch)
    torch.testing.assert_close(relabelled.target[0], torch.sigmoid(3 + 2 * (direct[0] - direct[1])))


def test_scores_that_are_none_are_named(tmp_path, shape):
    path = tmp_path / "bad.jsonl"
    path.write_text('{"instruction": "q", "answer": "a", "score": "high"}\n')
    with pytest.raises(DataError, match=r"bad\.jsonl:1: 'score' is 'high', not a finite number"):
        load_teacher(options(path, 0.5, 0.0), Ranker(shape))
