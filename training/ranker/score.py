"""Scores a ranker folder on any file: ``python -m ranker.score FOLDER --pairs FILE --pools FILE``."""

from __future__ import annotations

import argparse
import json
import sys

import numpy as np

from . import metrics
from .data import DataError, read_pairs, read_pools
from .folder import FolderError, load_model, onnx_scorer, read_folder, torch_scorer


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m ranker.score", description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--pairs", nargs="*", default=[])
    parser.add_argument("--pools", nargs="*", default=[])
    parser.add_argument("--pytorch", action="store_true", help="compute with PyTorch instead of the shipped graph")
    parser.add_argument("--logits", help="also write {id, logit} lines of the pairs to this file")
    options = parser.parse_args(argv)
    folder = read_folder(options.folder)
    score = torch_scorer(load_model(folder), folder.encoder) if options.pytorch else onnx_scorer(folder)
    results = {}
    lines = []
    for path in options.pairs:
        pairs = metrics.decided(read_pairs(path))
        logits = metrics.logits_of(pairs, score)
        lines += [json.dumps({"id": pair.id, "logit": logit}) for pair, logit in zip(pairs, logits.tolist())]
        labels = np.array([pair.label for pair in pairs])
        found = metrics.pair_metrics(pairs, logits)
        found["interval"] = metrics.interval(metrics.correct_of(logits, pairs), [p.instruction for p in pairs])
        probabilities = 1 / (1 + np.exp(-logits))
        found["calibration_error"] = metrics.calibration(probabilities, labels)[0]
        found["calibration_error_equal_mass"] = metrics.equal_mass_error(probabilities, labels)
        found["longest"] = metrics.longest_accuracy(pairs)
        results[path] = found
    for path in options.pools:
        results[path] = metrics.pool_metrics(read_pools(path), score)
    if options.logits:
        with open(options.logits, "w", encoding="utf-8") as file:
            file.write("".join(line + "\n" for line in lines))
    print(json.dumps(results, indent=2))


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (DataError, FolderError) as error:
        sys.exit(f"{error}")
