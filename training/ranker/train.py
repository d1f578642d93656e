"""From pair files to a ranker folder: ``python -m ranker.train --pairs FILE --output FOLDER``."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from . import metrics
from .base import Base, DownloadError, instruction_vectors, load_base
from .batches import Batches, BatchSettings, nearest
from .data import DataError, Group, Pair, Pool, build_groups, read_pairs, read_pools, smooth
from .direct import fit_direct
from .figures import draw_curves, draw_reliability
from .fit import FitSettings, fit
from .folder import FolderError, onnx_scorer, read_folder, torch_scorer, write_folder
from .model import Ranker
from .phrases import Phrases, cross_fit_phrases
from .refine import refine
from .report import write_report

# Part of the instructions that is kept out of training where no development file is named.
HELD_OUT = 0.1


def arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m ranker.train", description=__doc__)
    parser.add_argument("--pairs", action="append", required=True, help="JSON Lines {instruction, input?, a, b, label or margin}, also .gz; may be given several times")
    parser.add_argument("--pools", action="append", default=[], help="JSON Lines {instruction, candidates: [{model, output, preference}]}")
    parser.add_argument("--dev-pairs", help="pairs to measure with; default: a tenth of the instructions is held out")
    parser.add_argument("--dev-pools", help="pools to measure with")
    parser.add_argument("--base", default="minilm", help="minilm, or a ranker folder to go on from")
    parser.add_argument("--output", required=True, type=Path, help="the ranker folder; the run itself is kept in its folder 'run'")
    parser.add_argument("--downloads", type=Path, default=Path.home() / ".cache" / "llm-blender-training")
    parser.add_argument("--epochs", type=float, default=3.0)
    parser.add_argument("--steps", type=int, help="instead of --epochs; 0 = none, for --refine alone")
    parser.add_argument("--refine", type=int, default=0, help="batches from which the head learns small tasks at the end; 0 = none")
    parser.add_argument("--learning-rate", type=float, default=FitSettings.learning_rate)
    parser.add_argument("--groups", type=int, default=BatchSettings.groups, help="instructions of one step")
    parser.add_argument("--answers", type=int, default=BatchSettings.answers, help="answers of each")
    parser.add_argument("--hard", type=int, default=BatchSettings.hard, help="hard texts made for each; 0 = none")
    parser.add_argument("--hard-weight", type=float, default=BatchSettings.hard_weight, help="what they weigh, beside 1 for natural pairs")
    parser.add_argument("--constraints", type=float, default=BatchSettings.constraints, help="constraint pairs for each, on average; 0 = none")
    parser.add_argument("--brief", type=float, default=BatchSettings.brief, help="brief pairs for each, on average; 0 = none")
    parser.add_argument("--like-length", type=float, default=BatchSettings.like_length, help="extra weight of pairs of like length")
    parser.add_argument("--shorter-wins", type=float, default=BatchSettings.shorter_wins, help="extra weight of pairs where the shorter wins")
    parser.add_argument("--temperature", type=float, default=BatchSettings.temperature)
    parser.add_argument("--shrinkage", type=float, default=0.0, help="how far a label is drawn to the mean of its model's labels, from 0 to 1")
    parser.add_argument("--evaluate-every", type=int, default=FitSettings.evaluate_every)
    parser.add_argument("--save-every", type=float, default=FitSettings.save_every_seconds, help="seconds between checkpoints")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count())
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(argv)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def split(pairs: list[Pair], pools: list[Pool], seed: int) -> tuple[list[Pair], list[Pair], list[Pool]]:
    """A tenth of the instructions for measuring; the pools keep to the instructions that train."""
    instructions = sorted({pair.instruction for pair in pairs})
    if len(instructions) < 10:
        raise DataError(f"{len(instructions)} different instructions are too few; at least 10 are needed, or pairs to measure with (--dev-pairs; --dev of llm-blender).")
    np.random.default_rng(seed).shuffle(instructions)
    held = set(instructions[: max(1, round(len(instructions) * HELD_OUT))])
    return (
        [pair for pair in pairs if pair.instruction not in held],
        [pair for pair in pairs if pair.instruction in held],
        [pool for pool in pools if pool.instruction not in held],
    )


def digest_of(groups: list[Group]) -> str:
    digest = hashlib.sha256()
    for group in groups:
        scores = [round(score, 6) for score in group.scores]
        digest.update(json.dumps([group.instruction, group.answers, scores]).encode())
    return digest.hexdigest()


def fingerprint(options: argparse.Namespace, groups: list[Group], base: Base, steps: int) -> dict:
    """What a checkpoint belongs to. The number of threads may change between runs, the result barely does."""
    weights = hashlib.sha256()
    for value in base.model.state_dict().values():
        weights.update(value.numpy().tobytes())
    names = ("learning_rate", "groups", "answers", "hard", "hard_weight", "constraints", "brief", "temperature", "like_length", "shorter_wins", "shrinkage", "seed")
    return {name: getattr(options, name) for name in names} | {
        "steps": steps,
        "data": digest_of(groups),
        "base": weights.hexdigest(),
        "lengths": base.encoder.lengths.as_config(),
    }


# The part of what the network adds that is kept. It has read each answer several times and is surer than it should be of
# instructions that it has not seen; chosen on the development pairs and the adversarial pairs together (training/experiments.md).
NETWORK_SHARE = 0.6

# How firmly the scale holds to 1, against the pairs that speak for another: a few pairs that all happen to be right must
# not make the ranker certain. Counts like so many pairs; with hundreds of pairs it hardly matters.
PRIOR_PAIRS = 50


def best_scale(logits: np.ndarray, labels: np.ndarray) -> float:
    """The factor on the logits of least cross-entropy (temperature scaling, Guo et al. 2017), drawn towards 1."""
    factors = np.exp(np.linspace(np.log(0.1), np.log(10), 401))
    signs = 2 * labels - 1
    loss = [np.logaddexp(0, -f * logits * signs).sum() + PRIOR_PAIRS * np.log(f) ** 2 / 2 for f in factors]
    return float(factors[int(np.argmin(loss))])


def rescale(model: Ranker, network: float, surface: float) -> None:
    """Multiply what the network adds to the score, and what the surface says, by a factor each."""
    with torch.no_grad():
        model.score.weight *= network
        model.score.bias *= network
        model.direct.weight *= surface


def main(argv: list[str]) -> None:
    options = arguments(argv)
    torch.set_num_threads(options.threads)
    began = time.monotonic()
    pairs = [pair for path in options.pairs for pair in read_pairs(path)]
    pools = [pool for path in options.pools for pool in read_pools(path)]
    if options.dev_pairs:
        dev_pairs = read_pairs(options.dev_pairs)
    else:
        pairs, dev_pairs, pools = split(pairs, pools, options.seed)
    dev_pairs = metrics.decided(dev_pairs)
    if not dev_pairs:
        raise DataError("All pairs to measure with are ties; name others with --dev-pairs.")
    known = {pair.instruction for pair in pairs} & {pair.instruction for pair in dev_pairs}
    if known:
        say(f"Warning: {len(known)} instructions are trained on and measured with; the figures will be too good.")
    dev_pools = read_pools(options.dev_pools) if options.dev_pools else []
    groups, dev_groups = build_groups(pairs, pools), build_groups(dev_pairs, dev_pools)
    say(f"{len(pairs)} pairs of {len(groups)} instructions; {len(dev_pairs)} pairs of {len(dev_groups)} to measure with.")

    smooth(groups, options.shrinkage)
    base = load_base(options.base, options.downloads, options.seed)
    neighbours = nearest(instruction_vectors(base, [group.instruction for group in groups]))
    settings = BatchSettings(
        groups=options.groups,
        answers=options.answers,
        hard=options.hard,
        hard_weight=options.hard_weight,
        constraints=options.constraints,
        brief=options.brief,
        temperature=options.temperature,
        like_length=options.like_length,
        shorter_wins=options.shorter_wins,
    )
    run = options.output / "run"
    run.mkdir(parents=True, exist_ok=True)
    phrases: list[Phrases | None] = [None] * len(groups)
    # A ranker that training goes on from brings its own tables.
    if options.base == "minilm":
        phrases = fit_surface(base, groups, options, run)
    batches = Batches(groups, neighbours, base.encoder, phrases, settings, options.seed)
    steps = options.steps if options.steps is not None else max(1, round(options.epochs * batches.steps_per_epoch))
    settled = fingerprint(options, groups, base, steps)

    adversarial = {}
    if len(dev_groups) > 1:
        close = nearest(instruction_vectors(base, [group.instruction for group in dev_groups]))
        adversarial = metrics.adversarial_pairs(dev_groups, close)
        tasks = metrics.task_pairs(dev_groups, close)
        few = {kind: items[: len(dev_groups)] for kind, items in adversarial.items()}

    def evaluate(model) -> dict[str, float]:
        score = torch_scorer(model, base.encoder, half=True)
        found = metrics.pair_metrics(dev_pairs, metrics.logits_of(dev_pairs, score))
        out = {key: found[key] for key in ("accuracy", "length_balanced", "cross_entropy")}
        if dev_pools:
            out["pick"] = metrics.pool_metrics(dev_pools, score)["pick"]
        if adversarial:
            out["adversarial"] = metrics.pair_accuracy(few, score)["mean"]
            out["unseen_tasks"] = metrics.pair_accuracy({"unseen": tasks["unseen"]}, score)["mean"]
        return out

    log = fit(
        base.model,
        batches,
        replace(
            FitSettings(),
            steps=steps,
            learning_rate=options.learning_rate,
            evaluate_every=options.evaluate_every,
            save_every_seconds=options.save_every,
        ),
        run,
        settled,
        evaluate,
        say,
    )

    # A ranker that training goes on from was weighed when it was made.
    if options.base == "minilm":
        rescale(base.model, network=NETWORK_SHARE, surface=1)
    if options.refine:
        refine(base, groups, neighbours, options.refine, run, settled, options.seed, say)
    say("Calibrating and writing the folder.")
    labels = np.array([pair.label for pair in dev_pairs])
    logits = metrics.logits_of(dev_pairs, torch_scorer(base.model, base.encoder))
    scale = best_scale(logits, labels)
    rescale(base.model, network=scale, surface=scale)
    weights = {name: value.detach().numpy() for name, value in base.model.state_dict().items()}
    write_folder(options.output, weights, base.model.shape, base.encoder, base.tokenizer)

    shipped = onnx_scorer(read_folder(options.output), options.threads)
    shipped_logits = metrics.logits_of(dev_pairs, shipped)
    folds = cross_fitted(logits, labels, [pair.instruction for pair in dev_pairs])
    report = {
        "settings": settled,
        "pairs": len(pairs),
        "minutes": round((time.monotonic() - began) / 60, 1),
        "dev": metrics.pair_metrics(dev_pairs, shipped_logits),
        "dev_before_quantising": metrics.pair_metrics(dev_pairs, logits),
        "interval": metrics.interval(metrics.correct_of(shipped_logits, dev_pairs), [p.instruction for p in dev_pairs]),
        "calibration_error": metrics.calibration(1 / (1 + np.exp(-shipped_logits)), labels)[0],
        "calibration_error_cross_fitted": metrics.calibration(folds, labels)[0],
    }
    if dev_pools:
        report["pools"] = metrics.pool_metrics(dev_pools, shipped)
    if adversarial:
        report["adversarial"] = metrics.pair_accuracy(adversarial, shipped)
        report["tasks"] = metrics.pair_accuracy(tasks, shipped)
    _, bins = metrics.calibration(1 / (1 + np.exp(-shipped_logits)), labels)
    draw_curves(log, run / "curves.png")
    draw_reliability(bins, report["calibration_error"], run / "reliability.png")
    write_report(report, run)
    say(f"Wrote {options.output} · accuracy {report['dev']['accuracy']:.3f} on {len(dev_pairs)} pairs kept apart.")


def fit_surface(base: Base, groups: list[Group], options: argparse.Namespace, run: Path) -> list[Phrases]:
    """Fit what the surface says; for each group the phrases that have not seen it."""
    encoder = base.encoder
    tokens = [[encoder.tokens(answer) for answer in group.answers] for group in groups]
    measured = [
        np.array([encoder.surface.measure(encoder.tokens(group.instruction), answer) for answer in rows])
        for group, rows in zip(groups, tokens)
    ]
    fitted = cross_fit_phrases(
        groups, tokens, measured, encoder.phrases.base, options.temperature, options.seed, run / "phrases.json", digest_of(groups), say
    )
    encoder.phrases = fitted.whole
    surfaces = [
        torch.tensor([[*surface, table.value(answer)] for surface, answer in zip(surfaces_of, rows)], dtype=torch.float32)
        for surfaces_of, rows, table in zip(measured, tokens, fitted.apart)
    ]
    base.model.standard.fit(torch.cat(surfaces))
    fit_direct(base.model, groups, surfaces, options.temperature, options.seed)
    return fitted.apart


def cross_fitted(logits: np.ndarray, labels: np.ndarray, instructions: list[str]) -> np.ndarray:
    """Probabilities whose scale was fitted on the other half of the instructions."""
    names = {name: index % 2 for index, name in enumerate(sorted(set(instructions)))}
    fold = np.array([names[name] for name in instructions])
    out = np.zeros(len(logits))
    for half in (0, 1):
        other = fold != half
        factor = best_scale(logits[other], labels[other]) if other.any() else 1.0
        out[~other] = 1 / (1 + np.exp(-factor * logits[~other]))
    return out


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (DataError, FolderError, DownloadError, OSError, ValueError) as error:
        sys.exit(f"{error}")
    except KeyboardInterrupt:
        say("Stopped. The same command goes on from the last checkpoint.")
        sys.exit(130)
