"""Scores of texts: ``python -m reward.score --gguf FILE --trained FOLDER TEXTS OUTPUT``, for a teacher or ``reward.assemble``."""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from pathlib import Path

from ranker.data import DataError, read_rows, text_of
from ranker.forward import device_of

from .folder import read_reward_model
from .gguf_file import ModelFileError


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m reward.score", description="Scores of texts by a language model that rates answers.")
    parser.add_argument("--gguf", required=True, type=Path, help="SmolLM2-135M-Instruct as a GGUF file")
    parser.add_argument("--trained", type=Path, help="a folder of reward.train")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--max-tokens", type=int, default=32_768, help="padded tokens that are computed at a time")
    parser.add_argument("--exact", action="store_true", help="in 32 bits")
    parser.add_argument("texts", help="JSON Lines {instruction, answer}")
    parser.add_argument("output", type=Path, help="the same lines with a score each (.jsonl, .gz)")
    options = parser.parse_args(argv)
    keys = [(text_of(row, "instruction", place), text_of(row, "answer", place)) for place, row in read_rows(options.texts)]
    model = read_reward_model(options.gguf, options.trained).to(device_of(options.device)).eval()
    scores = model.scorer(options.max_tokens, half=not options.exact)(keys)
    with (gzip.open if options.output.suffix == ".gz" else open)(options.output, "wt", encoding="utf-8") as output:
        for (instruction, answer), score in zip(keys, scores):
            output.write(json.dumps({"instruction": instruction, "answer": answer, "score": round(float(score), 6)}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (DataError, ModelFileError, OSError, ValueError) as error:
        sys.exit(f"{error}")
