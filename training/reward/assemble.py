"""Writes the folder of the ranker `embedded`: ``python -m reward.assemble``.

Its score is a weighted sum of a language model's (an adapter of ``reward.train``), of a ranker folder's, and of what the
surface alone says. One factor is fitted on the development pairs, so that scores are log-odds.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch

from ranker import metrics
from ranker.base import load_base
from ranker.calibrate import best_scale
from ranker.data import DataError, number_of, read_rows, text_of
from ranker.folder import FolderError, onnx_scorer, read_folder
from ranker.model import MAX_SURFACE
from ranker.options import common
from ranker.train import made_pairs, measure, read_data, say

from .prompt import MAX_CHARACTERS, NO, QUESTION, YES, PromptLengths


def arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m reward.assemble", description="Writes the folder of the ranker embedded.", parents=[common()])
    parser.add_argument("--adapter", required=True, type=Path, help="adapter.gguf of reward.train")
    parser.add_argument("--scores", required=True, help="JSON Lines {instruction, answer, score}: its scores of all texts that are measured")
    parser.add_argument("--ranker", required=True, type=Path, help="a ranker folder")
    parser.add_argument("--ranker-weight", type=float, default=0.8)
    parser.add_argument("--surface-weight", type=float, default=0.3)
    return parser.parse_args(argv)


def main(argv: list[str]) -> None:
    options = arguments(argv)
    data = read_data(options)
    folder = read_folder(options.ranker)
    base = load_base(str(options.ranker), Path(), options.seed)
    known = {(text_of(row, "instruction", place), text_of(row, "answer", place)): number_of(row, "score", place) for place, row in read_rows(options.scores)}
    by_ranker = onnx_scorer(folder, options.threads)

    def score(keys: list[tuple[str, str]]) -> np.ndarray:
        missing = next((key for key in keys if key not in known), None)
        if missing is not None:
            raise DataError(f"{options.scores} has no score of {missing[1][:60]!r}.")
        with torch.no_grad():
            surface = torch.tensor([folder.encoder.encode(*key).surface for key in keys])
            said = base.model.direct(base.model.standard(surface)).squeeze(-1).numpy().astype(np.float64)
        return np.array([known[key] for key in keys]) + options.ranker_weight * by_ranker(keys) + options.surface_weight * said

    logits = metrics.logits_of(data.dev_pairs, score)
    scale = best_scale(logits, np.array([pair.label for pair in data.dev_pairs]))
    standard, direct = base.model.standard, base.model.direct.weight.detach()[0]
    config = {
        "format": "llm-blender-embedded-ranker",
        "version": 1,
        "question": QUESTION,
        "words": {"yes": YES, "no": NO},
        "lengths": asdict(PromptLengths()),
        "most_characters": MAX_CHARACTERS,
        "weights": {"language_model": round(scale, 6), "ranker": round(scale * options.ranker_weight, 6)},
        "surface": {
            "scale": rounded(standard.weight),
            "offset": rounded(standard.bias),
            "weight": rounded(scale * options.surface_weight * direct),
            "most": MAX_SURFACE,
        },
    }
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    if options.adapter.resolve() != (options.output / "adapter.gguf").resolve():
        shutil.copy(options.adapter, options.output / "adapter.gguf")
    say("Measuring.")
    measured = measure(lambda keys: scale * score(keys), data, made_pairs(base, data.dev_groups), logits)
    measured.pop("bins")
    print(json.dumps(measured, indent=2))


def rounded(values: torch.Tensor) -> list[float]:
    return [round(float(value), 6) for value in values]


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (DataError, FolderError, OSError, ValueError) as error:
        sys.exit(f"{error}")
