"""Teaches the head of a trained ranker small tasks (`ranker.tasks`); the encoder stays as it is.

Each text is encoded once, and its states are kept; the head then passes over them many times. Of answers of models, and of
those made worse, the head is to say what it said before (Li and Hoiem 2016, "Learning without Forgetting"): without that it
learns to distrust length, which costs three points on natural pairs.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from .base import Base
from .batches import Batch, Batches, BatchSettings
from .data import Group
from .forward import encode_texts
from .model import Ranker

# Few natural answers, since they teach nothing new here, and many small tasks.
SETTINGS = BatchSettings(groups=2, answers=5, hard=1, constraints=0.25, brief=2, tasks=16)
# Batches whose states are written at a time.
BLOCK = 10


@dataclass(frozen=True)
class HeadSettings:
    """``keep`` = what the former verdicts weigh beside the tasks; ``drift`` holds the weights to where they began."""

    epochs: int = 8
    learning_rate: float = 5e-4
    keep: float = 4.0
    drift: float = 1e-3


@dataclass
class States:
    """A batch whose texts are encoded: ``pooled`` ``[texts, 3 * hidden]`` and ``surface`` ``[texts, surface size]``."""

    batch: Batch
    pooled: torch.Tensor
    surface: torch.Tensor

    def logits(self, model: Ranker) -> torch.Tensor:
        scores = model.head(self.pooled, self.surface)
        return scores[self.batch.left] - scores[self.batch.right]


def refine(
    base: Base, groups: list[Group], neighbours: np.ndarray, count: int, settings: HeadSettings, run: Path, belongs: dict, seed: int, say: Callable[[str], None]
) -> None:
    """Train the head of ``base`` in place on ``count`` batches. Their states are kept in ``run`` for a run that is
    resumed; ``belongs`` = what they were made from."""
    batches = Batches(groups, neighbours, base.encoder, [None] * len(groups), SETTINGS, seed)
    digest = hashlib.sha256(json.dumps([belongs, asdict(SETTINGS)]).encode()).hexdigest()[:12]
    states = load_states(base.model, batches, count, run / f"states-{digest}", say)
    fit_head(base.model, states, settings, seed, say)


def load_states(model: Ranker, batches: Batches, count: int, folder: Path, say: Callable[[str], None]) -> list[States]:
    folder.mkdir(parents=True, exist_ok=True)
    device = model.score.weight.device
    found: list[States] = []
    for start in range(0, count, BLOCK):
        drawn = [batches.at(step).to(device) for step in range(start, min(start + BLOCK, count))]
        file = folder / f"{start}.pt"
        if file.exists():
            encoded = torch.load(file, weights_only=True, map_location=device)
        else:
            with torch.no_grad():
                encoded = [encode_texts(model, batch.encoded, 2048) for batch in drawn]
            partial = file.with_suffix(".partial")
            torch.save(encoded, partial)
            os.replace(partial, file)
            say(f"encoded {start + len(drawn)}/{count} batches")
        found += [States(batch, *tensors) for batch, tensors in zip(drawn, encoded)]
    return found


def fit_head(model: Ranker, states: list[States], settings: HeadSettings, seed: int, say: Callable[[str], None]) -> None:
    parameters = [*model.surface.parameters(), *model.dense.parameters(), *model.score.parameters()]
    began = [parameter.detach().clone() for parameter in parameters]
    with torch.no_grad():
        before = [torch.sigmoid(entry.logits(model)) for entry in states]
    optimizer = torch.optim.AdamW(parameters, lr=settings.learning_rate, weight_decay=0.0)
    total = settings.epochs * len(states)
    model.train()
    for epoch in range(settings.epochs):
        losses = []
        order = np.random.default_rng([seed, 6, epoch]).permutation(len(states))
        for step, index in enumerate(order, epoch * len(states)):
            torch.manual_seed(seed * 1_000_003 + step)
            optimizer.param_groups[0]["lr"] = settings.learning_rate * (1 - step / total)
            loss = tasks_and_former(states[index], states[index].logits(model), before[index], settings.keep)
            drift = sum((now - then).square().sum() for now, then in zip(parameters, began))
            optimizer.zero_grad()
            (loss + settings.drift * drift).backward()
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            losses.append(loss.item())
        say(f"head: epoch {epoch + 1}/{settings.epochs} · loss {np.mean(losses):.4f}")
    model.eval()


def tasks_and_former(entry: States, logits: torch.Tensor, before: torch.Tensor, keep: float) -> torch.Tensor:
    """Cross-entropy: of the tasks with their labels, of all other pairs with the verdicts from before."""
    asked = entry.batch.asked
    losses = F.binary_cross_entropy_with_logits(logits, torch.where(asked, entry.batch.target, before), reduction="none")
    learned, kept = entry.batch.weight * asked, entry.batch.weight * ~asked
    # Of a single instruction there are no tasks, and of answers that cannot be compared no verdicts.
    return sum(part * (losses * w).sum() / w.sum().clamp_min(1e-9) for part, w in ((1, learned), (keep, kept)))
