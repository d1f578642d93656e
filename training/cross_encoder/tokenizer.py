"""Small tokenizers of the kinds that the published checkpoints have."""

from __future__ import annotations

from collections.abc import Iterable

from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

CLEAN_UP = normalizers.Sequence([normalizers.Strip(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
METASPACE = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
TEXTS = [
    "The quick brown fox jumps over the lazy dog, and nobody knows why it does so every single morning.",
    "I love you too! Thanks, you are a good guy. Hello, how are you? I am fine. Get out! Bye.",
    "Boil the egg for seven minutes, then put it into cold water. 1, 2, 3, 4, 5, 6, 7, 8, 9 and 10.",
    "def main(): return 'x' * 10  # This is code; it has (brackets), {braces} and <marks>.",
    "Größe, naïve, façade: words of other languages. They are rare but they exist.",
]


def unigram(cls: str = "[CLS]", sep: str = "[SEP]") -> Tokenizer:
    """A tokenizer of the kind of DeBERTa-v3's: Unigram, Metaspace, special tokens added behind the vocabulary."""
    pieces = {"[PAD]": 0.0, cls: 0.0, sep: 0.0, "[UNK]": 0.0}
    for text in TEXTS:
        for word in text.split():
            for piece in [*("▁" + word), "▁" + word[:2], "▁" + word, word[-3:], word[1:]]:
                pieces.setdefault(piece, -12.0 + min(len(piece), 8))
    return with_special_tokens(Tokenizer(models.Unigram(list(pieces.items()), unk_id=3, byte_fallback=False)), cls, sep)


def trained_unigram(texts: Iterable[str], size: int) -> Tokenizer:
    """The same with a vocabulary learned from texts."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer, tokenizer.pre_tokenizer = CLEAN_UP, METASPACE
    special = ["[PAD]", "[CLS]", "[SEP]", "[UNK]"]
    trainer = trainers.UnigramTrainer(vocab_size=size, special_tokens=special, unk_token="[UNK]", show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    return with_special_tokens(tokenizer, "[CLS]", "[SEP]")


def with_special_tokens(tokenizer: Tokenizer, cls: str, sep: str) -> Tokenizer:
    tokenizer.normalizer, tokenizer.pre_tokenizer = CLEAN_UP, METASPACE
    special = ["[PAD]", cls, sep, "[UNK]", "[MASK]"]
    tokenizer.add_special_tokens([AddedToken(text, normalized=False, special=True) for text in special])
    tokens = ["<|source|>", "<|candidate1|>", "<|candidate2|>", "<|candidate|>"]
    tokenizer.add_tokens([AddedToken(text, normalized=True, special=False) for text in tokens])
    return tokenizer


def byte_pairs(cls: str = "[CLS]", sep: str = "[SEP]") -> Tokenizer:
    """A small tokenizer of the kind of ModernBERT's: pairs of bytes, and runs of spaces among the added tokens."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    special = ["[PAD]", cls, sep, "[UNK]", "[MASK]"]
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=special,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(TEXTS, trainer)
    tokenizer.add_tokens([AddedToken(" " * count, normalized=True, special=False) for count in (4, 3, 2)])
    return tokenizer
