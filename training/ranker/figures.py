"""The drawings of a run."""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt


def draw_curves(log: list[dict], path: Path) -> None:
    """Training loss and what was measured on the pairs kept apart, over epochs."""
    losses = [entry for entry in log if "loss" in entry]
    measured = [entry for entry in log if "accuracy" in entry]
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6), layout="constrained")
    left.plot([e["epoch"] for e in losses], [e["loss"] for e in losses], color="tab:gray")
    left.set(xlabel="epoch", ylabel="training loss (cross-entropy, nats)", title="Loss")
    for key, label in (
        ("accuracy", "all pairs"),
        ("length_balanced", "length-balanced"),
        ("adversarial", "adversarial pairs"),
    ):
        if measured and key in measured[0]:
            right.plot([e["epoch"] for e in measured], [e[key] for e in measured], marker="o", label=label)
    right.set(xlabel="epoch", ylabel="accuracy", title="Accuracy on instructions kept apart")
    right.legend()
    for axes in (left, right):
        axes.grid(alpha=0.3)
    figure.savefig(path, dpi=120)
    plt.close(figure)


def draw_reliability(bins: list[dict], error: float, path: Path) -> None:
    """How often the likelier side was right, against how sure the ranker was."""
    figure, axes = plt.subplots(figsize=(4.4, 4.2), layout="constrained")
    axes.plot([0.5, 1], [0.5, 1], color="tab:gray", linestyle="--", label="perfect")
    axes.plot([b["said"] for b in bins], [b["was"] for b in bins], marker="o", label="ranker")
    for b in bins:
        axes.annotate(str(b["pairs"]), (b["said"], b["was"]), textcoords="offset points", xytext=(4, -10), fontsize=7)
    axes.set(xlabel="probability said", ylabel="frequency", title=f"Reliability · calibration error {error:.3f}", xlim=(0.48, 1.02))
    axes.legend()
    axes.grid(alpha=0.3)
    figure.savefig(path, dpi=120)
    plt.close(figure)
