import numpy as np
import pytest
import torch

from ranker.graph import build_graph, read_weights
from ranker.length import add_length
from ranker.model import Ranker
from ranker.surface import INSTRUCTION_LENGTH, LENGTH, SAID_ONCE

WEIGHT, TOKENS = 0.8, 16


@pytest.fixture
def model(shape) -> Ranker:
    torch.manual_seed(0)
    model = Ranker(shape).eval()
    torch.nn.init.normal_(model.score.weight)
    return model


def added(model: Ranker, longer: Ranker, answer: int, instruction: int, said_once: float = 0) -> float:
    """What an answer of so many tokens gains where the instruction has so many."""
    surface = torch.zeros(1, model.shape.surface_size)
    surface[0, LENGTH], surface[0, INSTRUCTION_LENGTH] = np.log1p(answer), np.log1p(instruction)
    surface[0, LENGTH] -= 5
    surface[0, SAID_ONCE] = said_once
    pooled = torch.ones(1, 3 * model.shape.hidden_size)
    with torch.no_grad():
        return (longer.head(pooled, surface) - model.head(pooled, surface)).item()


def gain(model: Ranker, longer: Ranker, instruction: int) -> float:
    return added(model, longer, 200, instruction) - added(model, longer, 50, instruction)


def test_length_counts_where_the_instruction_is_long(model):
    longer = add_length(model, WEIGHT, TOKENS)
    whole = WEIGHT * (np.log1p(200) - np.log1p(50))
    assert gain(model, longer, 4) == pytest.approx(0, abs=1e-3)
    assert gain(model, longer, 100) == pytest.approx(whole, abs=1e-3)


def test_a_negative_weight_counts_against_it(model):
    assert gain(model, add_length(model, -WEIGHT, TOKENS), 100) < -WEIGHT


def test_eight_bits_keep_the_rest_of_the_head(model):
    def rounded(ranker: Ranker) -> dict[str, np.ndarray]:
        return read_weights(build_graph({name: value.numpy() for name, value in ranker.state_dict().items()}, ranker.shape))

    before, after = rounded(model), rounded(add_length(model, WEIGHT, TOKENS))
    for name, value in before.items():
        assert np.array_equal(value, after[name][tuple(slice(size) for size in value.shape)]), name
    eight = add_length(model, WEIGHT, TOKENS)
    eight.load_state_dict({name: torch.tensor(value) for name, value in after.items()})
    assert gain(model, eight, 100) == pytest.approx(WEIGHT * (np.log1p(200) - np.log1p(50)), rel=0.02)


def test_what_is_repeated_does_not_gain(model):
    longer = add_length(model, WEIGHT, TOKENS)
    assert added(model, longer, 150, 100, said_once=-2) < added(model, longer, 50, 100)
