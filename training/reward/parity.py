"""Writes what this side makes of awkward texts, for the test that TypeScript and llama.cpp make the same of them:
``python -m reward.parity GGUF FOLDER FILE``, with a folder of ``reward.train``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ranker.parity import INSTRUCTION, TEXTS

from .folder import read_reward_model

QUESTION = "Name the capital of France, and say in one sentence what it is known for."
ANSWERS = [
    "Paris. It is known for the Eiffel Tower.",
    "I like bananas!!!!!",
    "I'm sorry, but as an AI language model I can't help with that.",
    "The capital of France is Paris, which is known for its museums, its food and the Eiffel Tower. " * 12,
]


def main(gguf: str, folder: str, output: str) -> None:
    model = read_reward_model(Path(gguf), Path(folder)).eval()
    pairs = [*((INSTRUCTION, text) for text in TEXTS), *((QUESTION, answer) for answer in ANSWERS)]
    # Long ones that only repeat would make the file large.
    pairs = [pair for pair in pairs if len(pair[1]) < 2000]
    scores = model.scorer(4096, half=False)(pairs)
    rows = [{"instruction": i, "answer": a, "ids": model.prompt.encode(i, a), "score": round(float(s), 5)} for (i, a), s in zip(pairs, scores)]
    Path(output).write_text("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
