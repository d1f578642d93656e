"""The training loop: seeded, checkpointed, resumable after any kind of death."""

from __future__ import annotations

import json
import math
import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F

from .batches import Batch, Batches
from .model import Ranker


@dataclass(frozen=True)
class FitSettings:
    steps: int = 2000
    learning_rate: float = 1.5e-4
    head_learning_rate: float = 1e-3
    warmup: float = 0.05
    weight_decay: float = 0.01
    max_tokens: int = 2048
    evaluate_every: int = 250
    # Processes that draw batches ahead; 0 = none.
    workers: int = 0
    save_every_seconds: float = 60


def optimizer_of(model: Ranker, settings: FitSettings) -> torch.optim.AdamW:
    # Word embeddings stay as they are: the few hundred instructions would bend those they happen to use.
    model.words.weight.requires_grad_(False)
    model.direct.weight.requires_grad_(False)
    head, body, plain = [], [], []
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        if name.startswith(("dense", "score", "surface")):
            head.append(parameter)
        elif parameter.dim() < 2:
            plain.append(parameter)
        else:
            body.append(parameter)
    return torch.optim.AdamW(
        [
            {"params": body, "lr": settings.learning_rate, "weight_decay": settings.weight_decay},
            {"params": plain, "lr": settings.learning_rate, "weight_decay": 0.0},
            {"params": head, "lr": settings.head_learning_rate, "weight_decay": settings.weight_decay},
        ],
        betas=(0.9, 0.98),
    )


def rate_at(step: int, settings: FitSettings) -> float:
    """Linear warm-up, then linear to nothing."""
    warm = max(1, int(settings.steps * settings.warmup))
    if step < warm:
        return (step + 1) / warm
    return max(0.0, (settings.steps - step) / max(1, settings.steps - warm))


def pair_loss(values: torch.Tensor, batch) -> torch.Tensor:
    """Cross-entropy of soft labels; each group of the batch weighs the same."""
    logits = values[batch.left] - values[batch.right]
    losses = F.binary_cross_entropy_with_logits(logits, batch.target, reduction="none")
    return (losses * batch.weight).sum() / batch.weight.sum()


class Steps(torch.utils.data.Dataset):
    """Batches by step, counted from ``start``."""

    def __init__(self, batches: Batches, start: int, steps: int):
        self.batches, self.start, self.steps = batches, start, steps

    def __len__(self) -> int:
        return self.steps - self.start

    def __getitem__(self, index: int) -> Batch:
        return self.batches.at(self.start + index)


def prefetched(batches: Batches, start: int, settings: FitSettings) -> Iterator[Batch]:
    """The batches from ``start`` on, in order. A GPU waits for batches that one process draws."""
    return iter(torch.utils.data.DataLoader(Steps(batches, start, settings.steps), batch_size=None, num_workers=settings.workers))


def load_checkpoint(path: Path) -> dict:
    """Tensors and plain values only: a checkpoint from elsewhere runs no code."""
    try:
        return torch.load(path, weights_only=True, map_location="cpu")
    except Exception as error:
        raise ValueError(f"{path} cannot be read ({error}). Delete it, or name another --output.") from error


@dataclass
class Trained:
    """What is trained. ``score`` = scores ``[texts]`` of encoded texts, with a gradient."""

    model: torch.nn.Module
    optimizer: torch.optim.Optimizer
    score: Callable[[list], torch.Tensor]
    device: torch.device
    # Changes the targets of a batch before it is learned, as a teacher does.
    relabel: Callable[[Batch], Batch] = lambda batch: batch


def fit(
    trained: Trained,
    batches: Batches,
    settings: FitSettings,
    folder: Path,
    fingerprint: dict,
    evaluate: Callable[[], dict] | None,
    say: Callable[[str], None],
) -> list[dict]:
    """Train the model in place; the log, one entry per line of ``folder/log.jsonl``."""
    model, optimizer = trained.model, trained.optimizer
    rates = [group["lr"] for group in optimizer.param_groups]
    checkpoint = folder / "checkpoint.pt"
    start, log = 0, []
    if checkpoint.exists():
        saved = load_checkpoint(checkpoint)
        if saved["fingerprint"] != fingerprint:
            raise ValueError(f"{checkpoint} belongs to a run with other data or settings. Name another --output, or delete it.")
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        start, log = saved["step"], saved["log"]
        say(f"Resuming at step {start} of {settings.steps}.")

    def save(step: int) -> None:
        partial = checkpoint.with_suffix(".partial")
        torch.save(
            {
                "fingerprint": fingerprint,
                "model": model.state_dict(),
                "optimizer": optimizer.state_dict(),
                "step": step,
                "log": log,
            },
            partial,
        )
        os.replace(partial, checkpoint)

    # A step that has begun is finished, so that the checkpoint is that of a whole number of steps.
    stop = {"wanted": False}
    before = signal.signal(signal.SIGINT, lambda *_: stop.update(wanted=True))
    model.train()
    began, saved_at, seen = time.monotonic(), time.monotonic(), 0
    losses: list[float] = []
    for step, drawn in enumerate(prefetched(batches, start, settings), start):
        # The dropout of a step does not depend on how often the run was resumed.
        torch.manual_seed(batches.seed * 1_000_003 + step)
        for group, rate in zip(optimizer.param_groups, rates):
            group["lr"] = rate * rate_at(step, settings)
        batch = trained.relabel(drawn.to(trained.device))
        loss = pair_loss(trained.score(batch.encoded), batch)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
        if not math.isfinite(losses[-1]):
            raise ValueError(f"The loss of step {step + 1} is {losses[-1]}. Use a smaller --learning-rate.")
        seen += len(batch.encoded)
        done = step + 1
        if done % 25 == 0 or done == settings.steps:
            pace = (time.monotonic() - began) / (done - start)
            entry = {"step": done, "epoch": done / batches.steps_per_epoch, "loss": sum(losses) / len(losses)}
            losses.clear()
            log.append(entry)
            left = (settings.steps - done) * pace
            say(
                f"step {done}/{settings.steps} · epoch {entry['epoch']:.2f} · loss {entry['loss']:.4f} · "
                f"{seen / (time.monotonic() - began):.0f} texts/s · {left / 60:.0f} min left"
            )
        if evaluate and (done % settings.evaluate_every == 0 or done == settings.steps):
            model.eval()
            metrics = evaluate()
            model.train()
            log.append({"step": done, "epoch": done / batches.steps_per_epoch, **metrics})
            say("  " + " · ".join(f"{key} {value:.3f}" for key, value in metrics.items()))
        if time.monotonic() - saved_at > settings.save_every_seconds or done == settings.steps:
            save(done)
            saved_at = time.monotonic()
        if stop["wanted"] and done < settings.steps:
            save(done)
            raise KeyboardInterrupt
    signal.signal(signal.SIGINT, before)
    (folder / "log.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in log))
    model.eval()
    return log
