import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from ranker.data import Group
from ranker.model import Shape
from ranker.text import Encoder, Lengths, SpecialTokens

WORDS = [f"w{number}" for number in range(60)]


@pytest.fixture
def encoder() -> Encoder:
    """Of a vocabulary of its own, so that no test needs a download."""
    vocabulary = {word: index for index, word in enumerate(["[UNK]", "[CLS]", "[SEP]", "¶", ".", *WORDS])}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    return Encoder(tokenizer, SpecialTokens(cls=1, sep=2, newline=3), Lengths(8, 8, 24, 16), max_positions=64)


@pytest.fixture
def shape() -> Shape:
    return Shape(
        vocab_size=65,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
        head_size=8,
        surface_hidden_size=4,
    )


@pytest.fixture
def groups() -> list[Group]:
    rng = np.random.default_rng(0)

    def text(size: int) -> str:
        return " ".join(str(rng.choice(WORDS)) + ("." if place % 7 == 6 else "") for place in range(size))

    return [
        Group(f"w{number} w{number + 1}", [text(int(size)) for size in rng.integers(20, 60, size=6)], list(rng.normal(size=6)), [0, 0, 0, 0, 1, 1], [None] * 6)
        for number in range(8)
    ]
