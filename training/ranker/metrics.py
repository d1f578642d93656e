"""What is measured: accuracy as a whole and where length does not help, pools, calibration, adversarial pairs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .brief import brief_pair
from .constraints import constraint_pair, demanded
from .data import Group, Pair, Pool
from .hard import CORRUPTIONS, WHOLE, corrupt
from .tasks import task_pair

# (instruction, answer) pairs -> scores
Scorer = Callable[[list[tuple[str, str]]], np.ndarray]


def decided(pairs: list[Pair]) -> list[Pair]:
    """Without ties, of which a ranker cannot be right or wrong."""
    return [pair for pair in pairs if pair.label != 0.5]


def logits_of(pairs: list[Pair], score: Scorer) -> np.ndarray:
    keys = sorted({(p.instruction, t) for p in pairs for t in (p.a, p.b)})
    known = dict(zip(keys, score(keys)))
    return np.array([known[p.instruction, p.a] - known[p.instruction, p.b] for p in pairs])


def correct_of(logits: np.ndarray, pairs: list[Pair]) -> np.ndarray:
    """1 right, 0 wrong, 0.5 where the ranker is undecided."""
    labels = np.array([p.label for p in pairs])
    return np.where(logits == 0, 0.5, (logits > 0) == (labels == 1))


def pair_metrics(pairs: list[Pair], logits: np.ndarray) -> dict[str, float]:
    correct = correct_of(logits, pairs)
    ratio = np.array([(len(p.a) + 1) / (len(p.b) + 1) for p in pairs])
    labels = np.array([p.label for p in pairs])
    alike = (ratio > 0.8) & (ratio < 1.25)
    shorter = ~alike & ((ratio < 1) == (labels == 1))
    longer = ~alike & ~shorter
    # At the scale that suits the logits best, so that an early network is not judged by how sure it is.
    scale = np.linspace(0.05, 3, 60)
    losses = [np.logaddexp(0, -s * logits * (2 * labels - 1)).mean() for s in scale]
    out = {"accuracy": correct.mean(), "pairs": len(pairs), "cross_entropy": min(losses)}
    for name, chosen in (("like_length", alike), ("shorter_wins", shorter), ("longer_wins", longer)):
        if chosen.any():
            out[name] = correct[chosen].mean()
    # Every kind of pair counts the same: what is left when length says nothing.
    kinds = [out[name] for name in ("like_length", "shorter_wins", "longer_wins") if name in out]
    out["length_balanced"] = np.mean(kinds)
    return {key: float(value) for key, value in out.items()}


def longest_accuracy(pairs: list[Pair]) -> float:
    """What always taking the longer answer gets; half for two of one length."""
    return float(correct_of(np.array([float(len(p.a) - len(p.b)) for p in pairs]), pairs).mean())


def pool_metrics(pools: list[Pool], score: Scorer) -> dict[str, float]:
    keys = [(pool.instruction, text) for pool in pools for text in pool.texts]
    known = dict(zip(keys, score(keys)))
    picks = [pool.preferences[int(np.argmax([known[pool.instruction, t] for t in pool.texts]))] for pool in pools]
    return {
        "pick": float(np.mean(picks)),
        "random": float(np.mean([np.mean(p.preferences) for p in pools])),
        "oracle": float(np.mean([max(p.preferences) for p in pools])),
        "longest": float(np.mean([p.preferences[int(np.argmax([len(t) for t in p.texts]))] for p in pools])),
    }


def adversarial_pairs(groups: list[Group], neighbours: np.ndarray, seed: int = 7, each: int = 3) -> dict[str, list[tuple[str, str, str]]]:
    """``{kind: [(instruction, better, worse)]}`` made from held-out answers."""
    rng = np.random.default_rng(seed)
    pairs: dict[str, list[tuple[str, str, str]]] = {kind: [] for kind in [*CORRUPTIONS, *WHOLE, "weak-vs-strong-other"]}
    for g, group in enumerate(groups):
        order = np.argsort(group.scores)
        for _ in range(each):
            text = group.answers[int(rng.integers(len(group.answers)))]
            other = groups[neighbours[g][int(rng.integers(min(5, neighbours.shape[1])))]]
            strong = other.answers[int(np.argmax(other.scores))]
            for kind in [*CORRUPTIONS, *WHOLE]:
                made = corrupt(kind, rng, group.instruction, text, strong)
                if made is not None:
                    pairs[kind].append((group.instruction, text, made))
            # The plain answer of a weak model against the best answer to the nearest other question.
            weak = group.answers[int(order[int(rng.integers(max(1, len(order) // 2)))])]
            nearest = groups[neighbours[g][0]]
            pairs["weak-vs-strong-other"].append((group.instruction, weak, nearest.answers[int(np.argmax(nearest.scores))]))
    for g, group in enumerate(groups):
        for _ in range(2 * each):
            other = groups[neighbours[g][0]].answers[0]
            brief = brief_pair(rng, other)
            pairs.setdefault(f"brief-{brief.kind.split('-')[-1]}", []).append((brief.instruction, brief.better, brief.worse))
        texts = group.answers
        for _ in range(6 * each):
            found = constraint_pair(rng, texts, np.array(group.scores))
            if found is not None:
                instruction = demanded(rng, group.instruction, found.demand)
                pairs.setdefault(found.kind, []).append((instruction, texts[found.better], texts[found.worse]))
    return {kind: items for kind, items in pairs.items() if items}


def task_pairs(groups: list[Group], neighbours: np.ndarray, seed: int = 8, each: int = 8) -> dict[str, list[tuple[str, str, str]]]:
    """Small tasks as :func:`adversarial_pairs`, of the kinds that training may draw ("seen") and of those it never draws."""
    rng = np.random.default_rng(seed)
    found: dict[str, list[tuple[str, str, str]]] = {"seen": [], "unseen": []}
    for g in range(len(groups)):
        other = groups[neighbours[g][0]].answers[0]
        for name, rows in found.items():
            for _ in range(each):
                task = task_pair(rng, other, unseen=name == "unseen")
                rows.append((task.instruction, task.better, task.worse))
    return found


def pair_accuracy(pairs: dict[str, list[tuple[str, str, str]]], score: Scorer) -> dict[str, float]:
    keys = sorted({(i, t) for items in pairs.values() for i, a, b in items for t in (a, b)})
    known = dict(zip(keys, score(keys)))
    out = {kind: float(np.mean([known[i, a] > known[i, b] for i, a, b in items])) for kind, items in pairs.items()}
    out["mean"] = float(np.mean([value for kind, value in out.items()]))
    return out


def calibration(probabilities: np.ndarray, labels: np.ndarray, bins: int = 10) -> tuple[float, list[dict]]:
    """Expected calibration error of the likelier side (Guo et al. 2017, equation 5), and its bins."""
    sure = np.maximum(probabilities, 1 - probabilities)
    right = (probabilities > 0.5) == (labels == 1)
    edges = np.linspace(0.5, 1, bins + 1)
    error, rows = 0.0, []
    for low, high in zip(edges, edges[1:]):
        inside = (sure >= low) & ((sure < high) | (high == 1))
        if inside.any():
            row = {"from": low, "to": high, "pairs": int(inside.sum()), "said": sure[inside].mean(), "was": right[inside].mean()}
            error += inside.mean() * abs(row["said"] - row["was"])
            rows.append({key: float(value) for key, value in row.items()})
    return float(error), rows


def equal_mass_error(probabilities: np.ndarray, labels: np.ndarray, bins: int = 10) -> float:
    """As :func:`calibration`, with bins of equally many pairs, so that no bin hides behind a few."""
    sure = np.maximum(probabilities, 1 - probabilities)
    right = (probabilities > 0.5) == (labels == 1)
    parts = np.array_split(np.argsort(sure, kind="stable"), bins)
    return float(sum(len(part) * abs(sure[part].mean() - right[part].mean()) for part in parts if len(part)) / len(sure))


def interval(correct: np.ndarray, instructions: list[str], draws: int = 2000, seed: int = 0) -> tuple[float, float]:
    """95% interval of the mean by bootstrap over instructions, since pairs of one instruction go together."""
    names = sorted(set(instructions))
    index = {name: i for i, name in enumerate(names)}
    which = np.array([index[name] for name in instructions])
    sums = np.bincount(which, weights=correct, minlength=len(names))
    counts = np.bincount(which, minlength=len(names))
    drawn = np.random.default_rng(seed).integers(len(names), size=(draws, len(names)))
    means = sums[drawn].sum(1) / counts[drawn].sum(1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)
