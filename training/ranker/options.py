"""The options of ``python -m ranker.train``."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from .batches import BatchSettings
from .fit import FitSettings
from .refine import HeadSettings


def arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m ranker.train", description="From pair files to a ranker folder.", parents=[common()])
    parser.add_argument("--base", default="minilm", help="minilm, or a ranker folder to go on from")
    parser.add_argument("--downloads", type=Path, default=Path.home() / ".cache" / "llm-blender-training")

    teacher = parser.add_argument_group("teacher", "Scores of another ranker, of which part of the labels of natural pairs is made.")
    teacher.add_argument("--teacher", help="JSON Lines {instruction, answer, score} of `python -m reward.score`; scores are log-odds")
    teacher.add_argument("--teacher-share", type=float, default=0.8, help="what they weigh in a label, from 0 to 1")
    teacher.add_argument("--teacher-surface", type=float, default=0.3, help="what the surface adds to them, times what it says alone")

    after = parser.add_argument_group("after the last step", "They change nothing unless they are given, and the report records them.")
    after.add_argument("--network-share", type=float, default=1.0, help="what the network adds to the surface is multiplied by it")
    after.add_argument("--refine", type=int, default=0, help="batches from which the head learns small tasks; 0 = none")
    after.add_argument("--head-epochs", type=int, default=HeadSettings.epochs, help="passes of the head over them")
    after.add_argument("--head-learning-rate", type=float, default=HeadSettings.learning_rate)
    after.add_argument("--head-keep", type=float, default=HeadSettings.keep, help="what the former verdicts weigh, beside 1 for the tasks")
    after.add_argument("--head-drift", type=float, default=HeadSettings.drift, help="how firmly the weights are held to where they began")
    after.add_argument("--length-weight", type=float, default=0.0, help="what length counts more, where the instruction is long; 0 = nothing")
    after.add_argument("--length-from", type=int, default=16, help="how many tokens such an instruction has")
    return parser.parse_args(argv)


def common() -> argparse.ArgumentParser:
    """Options of everything that learns from pairs."""
    parser = argparse.ArgumentParser(add_help=False)
    pairs = "JSON Lines {instruction, input?, a, b, label or margin}, also .gz; may be given several times"
    parser.add_argument("--pairs", action="append", required=True, help=pairs)
    parser.add_argument("--pools", action="append", default=[], help="JSON Lines {instruction, candidates: [{model, output, preference}]}")
    parser.add_argument("--dev-pairs", help="pairs to measure with; default: a tenth of the instructions is held out")
    parser.add_argument("--dev-pools", help="pools to measure with")
    parser.add_argument("--people", help="pairs that people decided, to measure with")
    parser.add_argument("--output", required=True, type=Path, help="the folder to write; the run itself is kept in its folder 'run'")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto", help="auto = a GPU where PyTorch finds one")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count())
    parser.add_argument("--max-tokens", type=int, default=FitSettings.max_tokens, help="padded tokens that are computed at a time")
    parser.add_argument("--workers", type=int, default=FitSettings.workers, help="processes that draw batches ahead, for a GPU that waits for them")
    parser.add_argument("--seed", type=int, default=1)

    steps = parser.add_argument_group("steps")
    steps.add_argument("--epochs", type=float, default=3.0)
    steps.add_argument("--steps", type=int, help="instead of --epochs; 0 = none")
    steps.add_argument("--learning-rate", type=float, default=FitSettings.learning_rate)
    steps.add_argument("--evaluate-every", type=int, default=FitSettings.evaluate_every)
    steps.add_argument("--save-every", type=float, default=FitSettings.save_every_seconds, help="seconds between checkpoints")

    batch = parser.add_argument_group("batches")
    batch.add_argument("--groups", type=int, default=BatchSettings.groups, help="instructions of one step")
    batch.add_argument("--answers", type=int, default=BatchSettings.answers, help="answers of each")
    batch.add_argument("--hard", type=int, default=BatchSettings.hard, help="hard texts made for each; 0 = none")
    batch.add_argument("--hard-weight", type=float, default=BatchSettings.hard_weight, help="what they weigh, beside 1 for natural pairs")
    batch.add_argument("--constraints", type=float, default=BatchSettings.constraints, help="constraint pairs for each, on average; 0 = none")
    batch.add_argument("--brief", type=float, default=BatchSettings.brief, help="brief pairs for each, on average; 0 = none")
    batch.add_argument("--tasks", type=float, default=BatchSettings.tasks, help="pairs of small tasks for each, on average; 0 = none")
    batch.add_argument("--like-length", type=float, default=BatchSettings.like_length, help="extra weight of pairs of like length")
    batch.add_argument("--shorter-wins", type=float, default=BatchSettings.shorter_wins, help="extra weight of pairs where the shorter wins")

    labels = parser.add_argument_group("labels")
    labels.add_argument("--temperature", type=float, default=BatchSettings.temperature, help="log-odds of the labels are divided by it")
    labels.add_argument("--shrinkage", type=float, default=0.0, help="how far a label is drawn to the mean of its model's labels, from 0 to 1")
    return parser


def fit_settings(options: argparse.Namespace, steps: int) -> FitSettings:
    return FitSettings(
        steps=steps,
        learning_rate=options.learning_rate,
        evaluate_every=options.evaluate_every,
        save_every_seconds=options.save_every,
        workers=options.workers,
        max_tokens=options.max_tokens,
    )


def head_settings(options: argparse.Namespace) -> HeadSettings:
    return HeadSettings(
        epochs=options.head_epochs,
        learning_rate=options.head_learning_rate,
        keep=options.head_keep,
        drift=options.head_drift,
    )


def batch_settings(options: argparse.Namespace) -> BatchSettings:
    return BatchSettings(
        groups=options.groups,
        answers=options.answers,
        hard=options.hard,
        hard_weight=options.hard_weight,
        constraints=options.constraints,
        brief=options.brief,
        tasks=options.tasks,
        temperature=options.temperature,
        like_length=options.like_length,
        shorter_wins=options.shorter_wins,
    )
