"""Training batches: drawn from (seed, step) alone, so that a resumed run sees what the first one would have seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import torch

from .brief import brief_pair
from .constraints import constraint_pair, demanded
from .data import Group
from .hard import hard_texts
from .phrases import Phrases
from .tasks import task_pair

# Of the answer that meets a demand against the one that does not.
CONSTRAINT_PROBABILITY = 0.9


@dataclass(frozen=True)
class BatchSettings:
    groups: int = 3
    answers: int = 12
    hard: int = 2
    # What all hard pairs of a group weigh, beside 1 for all its natural pairs.
    hard_weight: float = 0.35
    # Constraint pairs of each group, two texts each, on average; and what one weighs.
    constraints: float = 0.5
    constraint_weight: float = 0.15
    # Brief pairs of each group, likewise.
    brief: float = 1.0
    brief_weight: float = 0.1
    # Pairs of small tasks (`ranker.tasks`), likewise.
    tasks: float = 0.0
    task_weight: float = 0.05
    # Log-odds of the labels are divided by this before they become probabilities: judges are too sure.
    temperature: float = 2.0
    # Extra weight of pairs of like length, and of pairs where the shorter text wins: quality, not length.
    like_length: float = 0.5
    shorter_wins: float = 0.0


class TextEncoder(Protocol):
    """What a network reads of a text: a :class:`ranker.text.Encoder`, or that of another kind of network."""

    def encode(self, instruction: str, answer: str, phrases: Phrases | None) -> object: ...


class Row(NamedTuple):
    """One pair of a batch: indices of its texts, ``target`` = the probability that left is better, and what it weighs."""

    left: int
    right: int
    target: float
    weight: float
    # Whether it is the instruction that says which is better (tasks and demands), and no judge's label or made fault.
    asked: bool = False


@dataclass
class Batch:
    """Texts as ``(instruction, answer)`` and encoded, and pairs of them as columns of :class:`Row`, ``[pairs]`` each."""

    texts: list[tuple[str, str]]
    encoded: list
    left: torch.Tensor
    right: torch.Tensor
    target: torch.Tensor
    weight: torch.Tensor
    asked: torch.Tensor

    def to(self, device: torch.device) -> Batch:
        columns = (self.left, self.right, self.target, self.weight, self.asked)
        return Batch(self.texts, self.encoded, *(column.to(device) for column in columns))

    @staticmethod
    def of(texts: list[tuple[str, str]], encoded: list, rows: list[Row]) -> Batch:
        left, right, target, weight, asked = zip(*rows) if rows else ([], [], [], [], [])
        return Batch(
            texts,
            encoded,
            torch.tensor(left, dtype=torch.long),
            torch.tensor(right, dtype=torch.long),
            torch.tensor(target, dtype=torch.float32),
            torch.tensor(weight, dtype=torch.float32),
            torch.tensor(asked, dtype=torch.bool),
        )


class Batches:
    def __init__(
        self,
        groups: list[Group],
        neighbours: np.ndarray,
        encoder: TextEncoder,
        phrases: list[Phrases | None],
        settings: BatchSettings,
        seed: int,
    ):
        """``phrases[g]`` = the table that has not seen ``groups[g]``; None = the encoder's own."""
        self.groups, self.neighbours, self.encoder, self.phrases = groups, neighbours, encoder, phrases
        self.settings, self.seed = settings, seed
        # Every answer once per epoch: each group is cut to slices of about `answers`.
        self.slices_of = [max(1, round(len(group.answers) / settings.answers)) for group in groups]
        self.slices = sum(self.slices_of)
        self.steps_per_epoch = -(-self.slices // settings.groups)

    def at(self, step: int) -> Batch:
        epoch, position = divmod(step, self.steps_per_epoch)
        order = np.random.default_rng([self.seed, 1, epoch])
        slices = [(g, k) for g, count in enumerate(self.slices_of) for k in range(count)]
        order.shuffle(slices)
        wanted = slices[position * self.settings.groups : (position + 1) * self.settings.groups]
        rng = np.random.default_rng([self.seed, 2, step])
        texts: list[tuple[str, str]] = []
        encoded: list = []
        rows: list[Row] = []
        for g, k in wanted:
            members = np.random.default_rng([self.seed, 3, epoch, g]).permutation(len(self.groups[g].answers))
            before = len(texts)
            self.add(texts, rows, rng, g, members[k :: self.slices_of[g]])
            encoded += [self.encoder.encode(*text, self.phrases[g]) for text in texts[before:]]
        return Batch.of(texts, encoded, rows)

    def add(self, drawn: list[tuple[str, str]], rows: list[Row], rng: np.random.Generator, g: int, members: np.ndarray) -> None:
        """Append the texts of one group, and its pairs."""
        group, settings = self.groups[g], self.settings
        texts = [group.answers[i] for i in members]
        scores = np.array([group.scores[i] for i in members])
        component = [group.component[i] for i in members]
        base = len(drawn)

        def append(instruction: str, *answers: str) -> int:
            drawn.extend((instruction, text) for text in answers)
            return len(drawn) - len(answers)

        append(group.instruction, *texts)
        for _ in range(int(settings.constraints + rng.random())):
            found = constraint_pair(rng, texts, scores)
            if found is not None:
                instruction = demanded(rng, group.instruction, found.demand)
                at = append(instruction, texts[found.better], texts[found.worse])
                rows.append(Row(at, at + 1, CONSTRAINT_PROBABILITY, settings.constraint_weight, asked=True))
        for _ in range(int(settings.brief + rng.random()) if len(self.groups) > 1 else 0):
            brief = brief_pair(rng, self.other_answer(rng, g))
            at = append(brief.instruction, brief.better, brief.worse)
            rows.append(Row(at, at + 1, brief.probability, settings.brief_weight, asked=True))
        for _ in range(int(settings.tasks + rng.random()) if settings.tasks and len(self.groups) > 1 else 0):
            task = task_pair(rng, self.other_answer(rng, g))
            at = append(task.instruction, task.better, task.worse)
            rows.append(Row(at, at + 1, task.probability, settings.task_weight, asked=True))
        rows += natural_rows(settings, base, [len(text) + 1 for text in texts], scores, component)
        if not settings.hard or len(self.groups) < 2:
            return
        made = hard_texts(rng, group.instruction, texts, lambda r: self.other_answer(r, g), settings.hard)
        for text in made:
            at = append(group.instruction, text.text)
            sources = range(len(texts)) if text.source is None else [text.source]
            weight = settings.hard_weight / len(sources) / settings.hard
            rows += [Row(base + source, at, text.probability, weight) for source in sources]

    def other_answer(self, rng: np.random.Generator, g: int) -> str:
        """A good answer to another instruction, more often to a close one."""
        close = self.neighbours[g]
        rank = min(int(rng.exponential(8)), len(close) - 1)
        other = self.groups[close[rank]]
        # The better of two: the adversarial text is a good answer to the wrong question.
        first, second = rng.integers(len(other.answers), size=2)
        return other.answers[int(first if other.scores[first] >= other.scores[second] else second)]


def natural_rows(settings: BatchSettings, base: int, lengths: list[int], scores: np.ndarray, component: list[int]) -> list[Row]:
    """All comparable pairs of the answers that begin at ``base``. Each group weighs the same, however many pairs it has."""
    rows = []
    for i in range(len(lengths)):
        for j in range(i + 1, len(lengths)):
            if component[i] != component[j]:
                continue
            gap = (scores[i] - scores[j]) / settings.temperature
            ratio = lengths[i] / lengths[j]
            weight = 1.0
            if 0.8 < ratio < 1.25:
                weight += settings.like_length
            elif (ratio < 1) == (gap > 0):
                weight += settings.shorter_wins
            rows.append(Row(base + i, base + j, 1 / (1 + np.exp(-gap)), weight))
    total = sum(row.weight for row in rows) or 1.0
    return [row._replace(weight=row.weight / total) for row in rows]


def nearest(vectors: np.ndarray, count: int = 50, block: int = 1024) -> np.ndarray:
    """``[rows, count]``: for each vector the most alike others by cosine, nearest first; a block of rows at a time."""
    unit = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    count = min(count, len(unit) - 1)
    found = np.empty((len(unit), count), dtype=np.int64)
    for start in range(0, len(unit) if count else 0, block):
        rows = np.arange(start, min(start + block, len(unit)))
        unlike = -(unit[rows] @ unit.T)
        unlike[np.arange(len(rows)), rows] = np.inf
        close = np.sort(np.argpartition(unlike, count - 1, axis=1)[:, :count], axis=1)
        order = np.argsort(np.take_along_axis(unlike, close, axis=1), axis=1, kind="stable")
        found[rows] = np.take_along_axis(close, order, axis=1)
    return found
