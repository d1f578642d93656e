"""Trains a small PairRM for some hundred steps, so that its logits mean something:
``python -m cross_encoder.train_tiny FOLDER PAIRS [--steps 500] [--seed 1]``. PAIRS is a file of JSON lines, plain or
gzipped, with ``instruction``, ``a``, ``b`` and ``label`` (1 = a is better). What 8 bits do to weights that were trained is
measured on it (``benchmarks/int8-agreement.ts``)."""

from __future__ import annotations

import argparse
import gzip
import json
import random
from pathlib import Path

import torch
from transformers import DebertaV2Config

from .make_pairrm import COMMON
from .pairrm import PART_TOKENS, PairRM, batch, part, save
from .tokenizer import trained_unigram

SIZE = {"hidden_size": 128, "num_hidden_layers": 4, "num_attention_heads": 2, "intermediate_size": 512}
VOCABULARY = 4000
# Most tokens of the task and of each candidate.
ROOM = [24, 52, 52]
BATCH_ROWS = 32


def read_pairs(path: Path) -> list[dict]:
    opened = gzip.open(path, "rt") if path.suffix == ".gz" else path.open()
    with opened as lines:
        return [json.loads(line) for line in lines]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    draw = random.Random(options.seed)
    pairs = read_pairs(options.pairs)
    draw.shuffle(pairs)
    texts = (text[:500] for pair in pairs[:4000] for text in (pair["instruction"], pair["a"], pair["b"]))
    tokenizer = trained_unigram(texts, VOCABULARY)
    config = DebertaV2Config(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        **COMMON,
        **SIZE,
    )
    model = PairRM(config, [tokenizer.token_to_id(token) for token in PART_TOKENS]).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-3, total_steps=options.steps, pct_start=0.1)
    recent = 0.0
    for step in range(options.steps):
        rows, labels = [], []
        for pair in draw.choices(pairs, k=BATCH_ROWS):
            a_left = draw.random() < 0.5
            texts = [pair["instruction"], *((pair["a"], pair["b"]) if a_left else (pair["b"], pair["a"]))]
            rows.append([i for m, t, room in zip(PART_TOKENS, texts, ROOM, strict=True) for i in part(tokenizer, m + t, room)])
            labels.append(float(pair["label"] == a_left))
        loss = torch.nn.functional.binary_cross_entropy_with_logits(model(*batch(rows)), torch.tensor(labels))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        recent = loss.item() if step == 0 else 0.95 * recent + 0.05 * loss.item()
        if (step + 1) % 50 == 0:
            print(f"step {step + 1}: loss {recent:.3f}", flush=True)
    save(model.eval(), config, tokenizer, options.folder)


if __name__ == "__main__":
    main()
