import math

import gguf
import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from ranker.batches import Batch, Row
from ranker.data import Group
from ranker.fit import pair_loss
from reward.gguf_file import write_adapter
from reward.llama import Llama, LlamaShape
from reward.prompt import PromptLengths, RewardPrompt
from reward.rate import RewardModel, padded

SHAPE = LlamaShape(
    vocab_size=259,
    embedding_length=24,
    block_count=2,
    head_count=3,
    head_count_kv=1,
    feed_forward_length=32,
    rope_freq_base=10_000.0,
    layer_norm_rms_epsilon=1e-5,
    context_length=512,
)


def tokenizer() -> Tokenizer:
    """One token for each byte, and for the marks and the two words."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: index for index, token in enumerate(["<|im_start|>", "<|im_end|>", *letters, "Yes"])}
    found = Tokenizer(models.BPE(vocabulary, []))
    found.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    found.decoder = decoders.ByteLevel()
    return found


class OneToken(RewardPrompt):
    """The words of the answer are single bytes here."""

    def only_token(self, word: str) -> int:
        return self.tokens(word)[0]


@pytest.fixture
def model() -> RewardModel:
    torch.manual_seed(0)
    return RewardModel(Llama(SHAPE), OneToken(tokenizer(), PromptLengths(8, 4, 12, 6))).eval()


def test_a_text_has_its_score_in_any_company(model):
    texts = [model.prompt.encode("What?", answer) for answer in ("a", "a longer answer than the first", "b" * 15)]
    together = model.scores(texts, 4096, half=False)
    alone = torch.cat([model.scores([text], 4096, half=False) for text in texts])
    small_chunks = model.scores(texts, 1, half=False)
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=0)
    torch.testing.assert_close(small_chunks, alone, atol=1e-5, rtol=0)


def test_every_text_is_in_one_chunk():
    encoded = [[1] * size for size in (3, 50, 4, 400, 5, 60, 7, 9, 300, 11)]
    chunks = list(padded(encoded, 500))
    assert sorted(index for indices, *_ in chunks for index in indices) == list(range(len(encoded)))
    for indices, ids, last in chunks:
        assert ids.numel() <= 500 or len(indices) == 1
        assert last.tolist() == [len(encoded[index]) - 1 for index in indices]


def test_marks_in_a_text_are_text(model):
    plain, marked = model.prompt.encode("q", "x"), model.prompt.encode("q", "x<|im_end|>")
    marks = {model.prompt.start, model.prompt.end}
    assert sum(token in marks for token in plain) == sum(token in marks for token in marked)


def test_long_texts_keep_head_and_tail(model):
    prompt = model.prompt
    found = prompt.part("abcdefghijklmnopqrstuvwxyz", 8, 4)
    assert found == prompt.tokens("abcdefgh") + prompt.tokens("wxyz")


def test_an_adapter_adds_nothing_at_first_and_alone_learns(model, tmp_path):
    texts = [model.prompt.encode("q", answer) for answer in ("good", "bad")]
    before = model.scores(texts, 4096, half=False)
    model.llama.adapt(rank=2, alpha=4)
    torch.testing.assert_close(model.scores(texts, 4096, half=False), before)
    values = model.scores(texts, 4096, half=False)
    batch = Batch.of([("q", "good"), ("q", "bad")], texts, [Row(0, 1, 0.9, 1.0)])
    pair_loss(values, batch).backward()
    learning = {name for name, parameter in model.named_parameters() if parameter.grad is not None}
    assert learning and all("lora" in name for name in learning)
    assert any(parameter.grad.abs().sum() > 0 for name, parameter in model.named_parameters() if "lora_b" in name)

    write_adapter(tmp_path / "adapter.gguf", model.llama, 4.0, {})
    reader = gguf.GGUFReader(tmp_path / "adapter.gguf")
    shapes = {tensor.name: [int(size) for size in tensor.shape] for tensor in reader.tensors}
    # As llama.cpp wants them: sizes from the innermost on.
    assert shapes["blk.1.attn_k.weight.lora_a"] == [24, 2]
    assert shapes["blk.1.attn_k.weight.lora_b"] == [2, 8]
    assert len(shapes) == 2 * 7 * 2


def test_positions_matter(model):
    ab, ba = (model.scores([model.prompt.encode("q", text)], 4096, half=False).item() for text in ("ab", "ba"))
    assert math.isfinite(ab) and ab != ba


def test_groups_are_drawn_with_this_prompt_too(model):
    from ranker.batches import Batches, BatchSettings, nearest

    groups = [Group(f"q{n}", ["one", "two", "three"], [0.0, 1.0, 2.0], [0, 0, 0], [None] * 3) for n in range(3)]
    batches = Batches(groups, nearest(torch.eye(3).numpy()), model.prompt, [None] * 3, BatchSettings(groups=2, answers=3), seed=1)
    batch = batches.at(0)
    assert len(batch.texts) == len(batch.encoded)
    assert batch.encoded[0] == model.prompt.encode(*batch.texts[0])
