"""From pair files to a ranker folder: ``python -m ranker.train --pairs FILE --output FOLDER``."""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch

from . import metrics
from .base import Base, DownloadError, load_base
from .batches import Batch, Batches
from .calibrate import best_scale, cross_fitted
from .data import DataError, Group, Pair, Pool, build_groups, number_of, read_pairs, read_pools, read_rows, smooth, text_of
from .direct import fit_direct
from .figures import draw_curves, draw_reliability
from .fit import Trained, fit, optimizer_of
from .folder import FolderError, onnx_scorer, read_folder, torch_scorer, write_folder
from .forward import device_of, scores
from .length import add_length
from .model import Ranker
from .options import arguments, batch_settings, fit_settings, head_settings
from .phrases import Phrases, cross_fit_phrases
from .refine import refine
from .report import write_report

# Part of the instructions that is kept out of training where no development file is named.
HELD_OUT = 0.1


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@dataclass
class Data:
    """``groups`` train; ``dev_pairs`` (no ties), ``dev_pools`` and their ``dev_groups`` measure."""

    pairs: int
    groups: list[Group]
    dev_pairs: list[Pair]
    dev_pools: list[Pool]
    dev_groups: list[Group]
    people: list[Pair]


def read_data(options: argparse.Namespace) -> Data:
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
    people = metrics.decided(read_pairs(options.people)) if options.people else []
    data = Data(len(pairs), build_groups(pairs, pools), dev_pairs, dev_pools, build_groups(dev_pairs, dev_pools), people)
    say(f"{data.pairs} pairs of {len(data.groups)} instructions; {len(dev_pairs)} pairs of {len(data.dev_groups)} to measure with.")
    smooth(data.groups, options.shrinkage)
    return data


def split(pairs: list[Pair], pools: list[Pool], seed: int) -> tuple[list[Pair], list[Pair], list[Pool]]:
    """A tenth of the instructions for measuring; the pools keep to the instructions that train."""
    instructions = sorted({pair.instruction for pair in pairs})
    if len(instructions) < 10:
        count = len(instructions)
        raise DataError(f"{count} different instructions are too few; at least 10 are needed, or pairs to measure with (--dev-pairs; --dev of llm-blender).")
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


FINGERPRINTED = (
    "learning_rate",
    "groups",
    "answers",
    "hard",
    "hard_weight",
    "constraints",
    "brief",
    "tasks",
    "temperature",
    "like_length",
    "shorter_wins",
    "shrinkage",
    "seed",
)


def fingerprint(options: argparse.Namespace, groups: list[Group], base: Base, steps: int) -> dict:
    """What a checkpoint belongs to. The device and the number of threads may change between runs, the result barely does."""
    weights = hashlib.sha256()
    for value in base.model.state_dict().values():
        weights.update(value.cpu().numpy().tobytes())
    return {name: getattr(options, name) for name in FINGERPRINTED} | {
        "steps": steps,
        "data": digest_of(groups),
        "base": weights.hexdigest(),
        "lengths": base.encoder.lengths.as_config(),
        "teacher": teacher_digest(options),
    }


def teacher_digest(options: argparse.Namespace) -> dict | None:
    if options.teacher is None:
        return None
    return {"scores": hashlib.sha256(Path(options.teacher).read_bytes()).hexdigest(), "share": options.teacher_share, "surface": options.teacher_surface}


def steps_of(options: argparse.Namespace, batches: Batches) -> int:
    return options.steps if options.steps is not None else max(1, round(options.epochs * batches.steps_per_epoch))


def fit_surface(base: Base, groups: list[Group], options: argparse.Namespace, run: Path) -> list[Phrases]:
    """Fit what the surface says; for each group the phrases that have not seen it."""
    encoder = base.encoder
    tokens = [[encoder.tokens(answer) for answer in group.answers] for group in groups]
    measured = [np.array([encoder.surface.measure(encoder.tokens(group.instruction), answer) for answer in rows]) for group, rows in zip(groups, tokens)]
    fitted = cross_fit_phrases(groups, tokens, measured, encoder.phrases.base, options.temperature, options.seed, run / "phrases.json", digest_of(groups), say)
    encoder.phrases = fitted.whole
    surfaces = [
        torch.tensor([[*surface, table.value(answer)] for surface, answer in zip(surfaces_of, rows)], dtype=torch.float32)
        for surfaces_of, rows, table in zip(measured, tokens, fitted.apart)
    ]
    base.model.standard.fit(torch.cat(surfaces))
    fit_direct(base.model, groups, surfaces, options.temperature, options.seed)
    return fitted.apart


@dataclass
class Made:
    """Made pairs of the development instructions, by kind; empty where there is a single instruction."""

    adversarial: dict[str, list[tuple[str, str, str]]]
    tasks: dict[str, list[tuple[str, str, str]]]


def made_pairs(base: Base, groups: list[Group]) -> Made:
    if len(groups) < 2:
        return Made({}, {})
    close = base.nearest(groups)
    return Made(metrics.adversarial_pairs(groups, close), metrics.task_pairs(groups, close))


def evaluator(score: metrics.Scorer, data: Data, made: Made | None = None):
    """What is measured now and then in training: less than at the end."""
    few = {kind: items[: len(data.dev_groups)] for kind, items in made.adversarial.items()} if made else {}

    def evaluate() -> dict[str, float]:
        found = metrics.pair_metrics(data.dev_pairs, metrics.logits_of(data.dev_pairs, score))
        out = {key: found[key] for key in ("accuracy", "length_balanced", "cross_entropy")}
        if data.people:
            out["people"] = float(metrics.correct_of(metrics.logits_of(data.people, score), data.people).mean())
        if data.dev_pools:
            out["pick"] = metrics.pool_metrics(data.dev_pools, score)["pick"]
        if few:
            out["adversarial"] = metrics.pair_accuracy(few, score)["mean"]
            out["unseen_tasks"] = metrics.pair_accuracy({"unseen": made.tasks["unseen"]}, score)["mean"]
        return out

    return evaluate


def load_teacher(options: argparse.Namespace, model: Ranker) -> Callable[[Batch], Batch]:
    """Gives a batch labels of which part is a teacher's, where it knows both texts of a pair."""
    known = {(text_of(row, "instruction", place), text_of(row, "answer", place)): number_of(row, "score", place) for place, row in read_rows(options.teacher)}
    if not known:
        raise DataError(f"{options.teacher} holds no scores.")

    def relabel(batch: Batch) -> Batch:
        device = batch.target.device
        scores = torch.tensor([known.get(text, math.nan) for text in batch.texts], device=device)
        with torch.no_grad():
            surface = torch.tensor([text.surface for text in batch.encoded], device=device)
            scores = scores + options.teacher_surface * model.direct(model.standard(surface)).squeeze(-1)
        said = torch.sigmoid(scores[batch.left] - scores[batch.right])
        mixed = (1 - options.teacher_share) * batch.target + options.teacher_share * said
        return replace(batch, target=torch.where(said.isnan(), batch.target, mixed))

    return relabel


def rescale(model: Ranker, network: float, surface: float) -> None:
    """Multiply what the network adds to the score, and what the surface says, by a factor each."""
    with torch.no_grad():
        model.score.weight *= network
        model.score.bias *= network
        model.direct.weight *= surface


def calibrate(base: Base, pairs: list[Pair]) -> np.ndarray:
    """Put the factor that suits ``pairs`` into the last layer; the logits from before."""
    logits = metrics.logits_of(pairs, torch_scorer(base.model, base.encoder))
    scale = best_scale(logits, np.array([pair.label for pair in pairs]))
    rescale(base.model, network=scale, surface=scale)
    return logits


def measure(score: metrics.Scorer, data: Data, made: Made, logits: np.ndarray) -> dict:
    """The report's figures of what was written; ``logits`` are those of ``data.dev_pairs`` before calibration and 8 bits."""
    pairs, labels = data.dev_pairs, np.array([pair.label for pair in data.dev_pairs])
    shipped = metrics.logits_of(pairs, score)
    probabilities = 1 / (1 + np.exp(-shipped))
    instructions = [pair.instruction for pair in pairs]
    error, bins = metrics.calibration(probabilities, labels)
    found = {
        "dev": metrics.pair_metrics(pairs, shipped),
        "dev_before_quantising": metrics.pair_metrics(pairs, logits),
        "interval": metrics.interval(metrics.correct_of(shipped, pairs), instructions),
        "calibration_error": error,
        "calibration_error_cross_fitted": metrics.calibration(cross_fitted(logits, labels, instructions), labels)[0],
        "calibration_error_equal_mass": metrics.equal_mass_error(probabilities, labels),
        "bins": bins,
    }
    if data.people:
        people = metrics.logits_of(data.people, score)
        found["people"] = metrics.pair_metrics(data.people, people) | {
            "calibration_error_equal_mass": metrics.equal_mass_error(1 / (1 + np.exp(-people)), np.array([pair.label for pair in data.people])),
        }
    if data.dev_pools:
        found["pools"] = metrics.pool_metrics(data.dev_pools, score)
    if made.adversarial:
        found["adversarial"] = metrics.pair_accuracy(made.adversarial, score)
        found["tasks"] = metrics.pair_accuracy(made.tasks, score)
    return found


def main(argv: list[str]) -> None:
    options = arguments(argv)
    device = device_of(options.device)
    torch.set_num_threads(options.threads)
    began = time.monotonic()
    data = read_data(options)
    base = load_base(options.base, options.downloads, options.seed)
    neighbours = base.nearest(data.groups)
    run = options.output / "run"
    run.mkdir(parents=True, exist_ok=True)
    # A ranker that training goes on from brings its own tables.
    phrases = fit_surface(base, data.groups, options, run) if options.base == "minilm" else [None] * len(data.groups)
    batches = Batches(data.groups, neighbours, base.encoder, phrases, batch_settings(options), options.seed)
    steps = steps_of(options, batches)
    settled = fingerprint(options, data.groups, base, steps)
    made = made_pairs(base, data.dev_groups)
    base.model.to(device)

    times = fit_settings(options, steps)
    trained = Trained(
        base.model,
        optimizer_of(base.model, times),
        lambda encoded: scores(base.model, encoded, times.max_tokens),
        device,
        load_teacher(options, base.model) if options.teacher else lambda batch: batch,
    )
    log = fit(trained, batches, times, run, settled, evaluator(torch_scorer(base.model, base.encoder, half=True), data, made), say)
    rescale(base.model, network=options.network_share, surface=1)
    head = head_settings(options)
    if options.refine:
        refine(base, data.groups, neighbours, options.refine, head, run, settled, options.seed, say)

    if options.length_weight:
        base.model = add_length(base.model.cpu(), options.length_weight, options.length_from)

    say("Calibrating and writing the folder.")
    logits = calibrate(base, data.dev_pairs)
    weights = {name: value.detach().cpu().numpy() for name, value in base.model.state_dict().items()}
    write_folder(options.output, weights, base.model.shape, base.encoder, base.tokenizer)
    measured = measure(onnx_scorer(read_folder(options.output), options.threads), data, made, logits)
    draw_curves(log, run / "curves.png")
    draw_reliability(measured.pop("bins"), measured["calibration_error"], run / "reliability.png")
    after = {"network_share": options.network_share, "refine": options.refine, "head": asdict(head) if options.refine else None} | {
        "length_weight": options.length_weight,
        "length_from": options.length_from,
    }
    minutes = round((time.monotonic() - began) / 60, 1)
    write_report({"settings": settled | after | {"device": str(device)}, "pairs": data.pairs, "minutes": minutes} | measured, run)
    say(f"Wrote {options.output} · accuracy {measured['dev']['accuracy']:.3f} on {len(data.dev_pairs)} pairs kept apart.")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (DataError, FolderError, DownloadError, OSError, ValueError) as error:
        sys.exit(f"{error}")
    except KeyboardInterrupt:
        say("Stopped. The same command goes on from the last checkpoint.")
        sys.exit(130)
