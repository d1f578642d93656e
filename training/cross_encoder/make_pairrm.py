"""Writes a PairRM with random weights in the format of the published one, and what PyTorch makes of some texts:
``python -m cross_encoder.make_pairrm FOLDER [--full] [--seed N]``. The tiny one is the fixture of the tests; ``--full``
has the size of the published weights (1.7 GB) and no texts."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch
from transformers import DebertaV2Config

from .pairrm import PART_TOKENS, PairRM, batch, save, sequence
from .tokenizer import unigram

TINY = {"hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 2, "intermediate_size": 48}
FULL = {"hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16, "intermediate_size": 4096}
COMMON = {
    "type_vocab_size": 0,
    "position_biased_input": False,
    "relative_attention": True,
    "position_buckets": 256,
    "max_relative_positions": -1,
    "max_position_embeddings": 512,
    "norm_rel_ebd": "layer_norm",
    "share_att_key": True,
    "pos_att_type": ["p2c", "c2p"],
    "layer_norm_eps": 1e-7,
    "hidden_act": "gelu",
}
# Texts, or [part, times, end] for long ones.
CASES = [
    ["hello!", "hi!", "get out!"],
    ["", "", ""],
    ["  Two  lines,\n\n and a\ttab ", "Größe, naïve façade", "世界 👩‍👩‍👧‍👦"],
    ["Boil an egg.", ["Put it in water. ", 40, "Done."], "I do not know."],
    [["The quick brown fox. ", 30, "Why?"], ["It is lazy. ", 25, ""], ["Nobody knows. ", 45, "Bye."]],
    [["Words of other languages. ", 60, ""], ["They are rare. ", 40, ""], ["But they exist. ", 20, ""]],
    [["They are rare. ", 150, ""], ["Nobody knows. ", 60, "Why?"], ["It is lazy. ", 50, ""]],
    # As long as can be: 1,224 tokens of the task, 412 of each candidate.
    [["The quick brown fox. ", 244, "The"], ["They are rare. ", 102, "The"], ["But they exist. ", 81, "Done."]],
]


def full_text(text: str | list) -> str:
    return text if isinstance(text, str) else text[0] * text[1] + text[2]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    tokenizer = unigram()
    vocabulary = 128_005 if options.full else tokenizer.get_vocab_size()
    config = DebertaV2Config(vocab_size=vocabulary, **COMMON, **(FULL if options.full else TINY))
    model = PairRM(config, [tokenizer.token_to_id(token) for token in PART_TOKENS]).eval()
    for name, parameter in model.named_parameters():
        spread = 0.02 if options.full else 0.3
        if "LayerNorm" in name and name.endswith("weight"):
            torch.nn.init.normal_(parameter, 1, 0.1)
        else:
            torch.nn.init.normal_(parameter, 0, spread)
    print(f"{save(model, config, tokenizer, options.folder):,} parameters")
    if options.full:
        return
    rows = [sequence(tokenizer, *(full_text(text) for text in case)) for case in CASES]
    with torch.inference_mode():
        logits = model(*batch(rows)).tolist()
        alone = [model(*batch([row])).item() for row in rows]
    cases = [{"texts": texts, "ids": ids, "logit": logit} for texts, ids, logit in zip(CASES, rows, logits, strict=True)]
    print("lengths", [len(row) for row in rows], "logits", logits)
    print("padding changes them by", max(abs(a - b) for a, b in zip(logits, alone, strict=True)))
    (options.folder / "parity.json").write_text(json.dumps(cases))


if __name__ == "__main__":
    main()
