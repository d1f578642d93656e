"""Training batches: drawn from (seed, step) alone, so that a resumed run sees what the first one would have seen."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch

from .brief import brief_pair
from .constraints import constraint_pair, demanded
from .data import Group
from .hard import hard_texts
from .phrases import Phrases
from .tasks import task_pair
from .text import Encoded, Encoder


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


@dataclass
class Batch:
    """Texts, and pairs of them: ``target`` = probability that left is better. ``asked`` = whether it is the instruction
    that says so (tasks and demands), and no judge's label or made fault."""

    encoded: list[Encoded]
    left: torch.Tensor
    right: torch.Tensor
    target: torch.Tensor
    weight: torch.Tensor
    asked: list[bool] = field(default_factory=list)


class Batches:
    def __init__(
        self,
        groups: list[Group],
        neighbours: np.ndarray,
        encoder: Encoder,
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
        batch = Batch([], *[torch.empty(0)] * 4)
        pairs: list[tuple[int, int, float, float]] = []
        for g, k in wanted:
            members = np.random.default_rng([self.seed, 3, epoch, g]).permutation(len(self.groups[g].answers))
            self.add(batch, pairs, rng, g, members[k :: self.slices_of[g]])
        columns = np.array(pairs, dtype=np.float64).reshape(-1, 4)
        batch.left = torch.from_numpy(columns[:, 0].astype(np.int64))
        batch.right = torch.from_numpy(columns[:, 1].astype(np.int64))
        batch.target = torch.from_numpy(columns[:, 2].astype(np.float32))
        batch.weight = torch.from_numpy(columns[:, 3].astype(np.float32))
        return batch

    def add(self, batch: Batch, pairs: list, rng: np.random.Generator, g: int, members: np.ndarray) -> None:
        group, settings = self.groups[g], self.settings
        texts = [group.answers[i] for i in members]
        scores = np.array([group.scores[i] for i in members])
        component = np.array([group.component[i] for i in members])
        base = len(batch.encoded)
        def encode(instruction: str, text: str) -> Encoded:
            return self.encoder.encode(instruction, text, self.phrases[g])

        batch.encoded += [encode(group.instruction, text) for text in texts]
        known: list[tuple[int, int, float, float]] = []
        lengths = [len(text) + 1 for text in texts]
        for i in range(len(texts)):
            for j in range(i + 1, len(texts)):
                if component[i] != component[j]:
                    continue
                gap = (scores[i] - scores[j]) / settings.temperature
                target = 1 / (1 + np.exp(-gap))
                ratio = lengths[i] / lengths[j]
                weight = 1.0
                if 0.8 < ratio < 1.25:
                    weight += settings.like_length
                elif (ratio < 1) == (gap > 0):
                    weight += settings.shorter_wins
                known.append((base + i, base + j, target, weight))
        for _ in range(int(settings.constraints + rng.random())):
            found = constraint_pair(rng, texts, scores)
            if found is not None:
                instruction = demanded(rng, group.instruction, found.demand)
                index = len(batch.encoded)
                batch.encoded += [encode(instruction, texts[i]) for i in (found.better, found.worse)]
                pairs.append((index, index + 1, CONSTRAINT_PROBABILITY, settings.constraint_weight))
        for _ in range(int(settings.brief + rng.random()) if len(self.groups) > 1 else 0):
            brief = brief_pair(rng, self.other_answer(rng, g))
            index = len(batch.encoded)
            batch.encoded += [encode(brief.instruction, text) for text in (brief.better, brief.worse)]
            pairs.append((index, index + 1, brief.probability, settings.brief_weight))
        for _ in range(int(settings.tasks + rng.random()) if settings.tasks and len(self.groups) > 1 else 0):
            task = task_pair(rng, self.other_answer(rng, g))
            index = len(batch.encoded)
            batch.encoded += [encode(task.instruction, text) for text in (task.better, task.worse)]
            pairs.append((index, index + 1, task.probability, settings.task_weight))
        batch.asked += [True] * (len(pairs) - len(batch.asked))
        total = sum(pair[3] for pair in known) or 1.0
        # Each group weighs the same, however many pairs it has.
        pairs += [(i, j, target, weight / total) for i, j, target, weight in known]
        batch.asked += [False] * (len(pairs) - len(batch.asked))
        if not settings.hard or len(self.groups) < 2:
            return
        made = hard_texts(rng, group.instruction, texts, lambda r: self.other_answer(r, g), settings.hard)
        worse: list[tuple[int, int, float, float]] = []
        for text in made:
            index = len(batch.encoded)
            batch.encoded.append(encode(group.instruction, text.text))
            sources = range(len(texts)) if text.source is None else [text.source]
            for source in sources:
                worse.append((base + source, index, text.probability, 1 / len(sources)))
        pairs += [(i, j, target, settings.hard_weight * weight / settings.hard) for i, j, target, weight in worse]
        batch.asked += [False] * (len(pairs) - len(batch.asked))

    def other_answer(self, rng: np.random.Generator, g: int) -> str:
        """A good answer to another instruction, more often to a close one."""
        close = self.neighbours[g]
        rank = min(int(rng.exponential(8)), len(close) - 1)
        other = self.groups[close[rank]]
        # The better of two: the adversarial text is a good answer to the wrong question.
        first, second = rng.integers(len(other.answers), size=2)
        return other.answers[int(first if other.scores[first] >= other.scores[second] else second)]


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
