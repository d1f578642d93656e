"""Pair and pool files, and the groups of texts that training reads.

A group is one instruction with all its known answers. Every answer has a
score where the margins allow one: margins are differences of log-odds against
a common baseline, so they add up along a chain of pairs.
"""

from __future__ import annotations

import gzip
import json
import math
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

# Preferences are cut to this range before the log-odds are taken, as the margins were.
MIN_PREFERENCE = 1e-4
# The log-odds that a label without a margin stands for: the better text wins 9 times in 10.
LABEL_MARGIN = math.log(9)


class DataError(Exception):
    """A data file that cannot be used; the message names the place and how to fix it."""


@dataclass
class Group:
    """One instruction, its answers, and what is known of them.

    ``scores[i]`` is a log-odds scale within ``component[i]``; answers of two
    components cannot be compared with each other.
    """

    instruction: str
    answers: list[str] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    component: list[int] = field(default_factory=list)
    # Which model wrote each, where the data say it.
    models: list[str | None] = field(default_factory=list)


def open_text(path: str | Path):
    path = Path(path)
    if not path.is_file():
        raise DataError(f"{path} is not a file.")
    # With or without a byte order mark.
    return (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8-sig")


def read_rows(path: str | Path):
    """Yield ``(place, row)`` of a JSON Lines file, plain or gzipped."""
    try:
        with open_text(path) as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                place = f"{path}:{number}"
                try:
                    row = json.loads(line)
                except ValueError as error:
                    raise DataError(f"{place} is not JSON: {error}.") from None
                if not isinstance(row, dict):
                    raise DataError(f"{place} is not a JSON object.")
                yield place, row
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read: {error}.") from None


def instruction_of(row: dict, place: str) -> str:
    """The instruction, with the input below it after an empty line, as the TypeScript side joins them."""
    instruction = text_of(row, "instruction", place)
    extra = row.get("input") or ""
    if not isinstance(extra, str):
        raise DataError(f"{place}: 'input' is not a text.")
    return "\n\n".join(part for part in (instruction, extra) if part != "")


def text_of(row: dict, key: str, place: str) -> str:
    value = row.get(key)
    if isinstance(value, dict):
        value = value.get("text")
    if not isinstance(value, str):
        raise DataError(f"{place}: '{key}' is missing or not a text.")
    return value


def number_of(row: dict, key: str, place: str) -> float:
    value = row.get(key)
    if not isinstance(value, (int, float)) or not math.isfinite(value):
        raise DataError(f"{place}: '{key}' is {value!r}, not a finite number.")
    return float(value)


@dataclass
class Pair:
    id: str
    instruction: str
    a: str
    b: str
    margin: float
    models: tuple[str | None, str | None] = (None, None)

    @property
    def label(self) -> float:
        """1 = a is better, 0 = b is better, 0.5 = a tie."""
        return 0.5 if self.margin == 0 else float(self.margin > 0)


def read_pairs(path: str | Path) -> list[Pair]:
    """Rows ``{instruction, input?, a, b, label?, margin?}``: at least one of label (1 = a is better) and margin."""
    pairs = []
    for place, row in read_rows(path):
        margin, label = row.get("margin"), row.get("label")
        if margin is None:
            if label not in (0, 1, 0.5):
                raise DataError(f"{place}: 'label' is {label!r}; use 1 (a is better), 0 (b is better) or 0.5 (a tie).")
            margin = LABEL_MARGIN * (2 * label - 1)
        if not isinstance(margin, (int, float)) or not math.isfinite(margin):
            raise DataError(f"{place}: 'margin' is {margin!r}, not a finite number.")
        if label in (0, 1) and margin and (margin > 0) != (label == 1):
            raise DataError(f"{place}: 'label' {label} and 'margin' {margin} contradict each other.")
        pairs.append(
            Pair(
                id=str(row.get("id", place)),
                instruction=instruction_of(row, place),
                a=text_of(row, "a", place),
                b=text_of(row, "b", place),
                margin=float(margin),
                models=(name_of(row, "model_a"), name_of(row, "model_b")),
            )
        )
    if not pairs:
        raise DataError(f"{path} holds no pairs.")
    return pairs


@dataclass
class Pool:
    id: str
    instruction: str
    texts: list[str]
    preferences: list[float]
    models: list[str | None]


def read_pools(path: str | Path) -> list[Pool]:
    """Rows ``{instruction, candidates: [{model, output, preference}]}``."""
    pools = []
    for place, row in read_rows(path):
        candidates = row.get("candidates")
        if not isinstance(candidates, list) or not candidates or not all(isinstance(c, dict) for c in candidates):
            raise DataError(f"{place}: 'candidates' is missing, empty, or holds something else than objects.")
        pools.append(
            Pool(
                id=str(row.get("id", place)),
                instruction=instruction_of(row, place),
                texts=[text_of(c, "output", place) for c in candidates],
                preferences=[preference_of(c, place) for c in candidates],
                models=[name_of(c, "model") for c in candidates],
            )
        )
    return pools


def name_of(row: dict, key: str) -> str | None:
    return row[key] if isinstance(row.get(key), str) else None


def preference_of(candidate: dict, place: str) -> float:
    value = candidate.get("preference")
    if not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise DataError(f"{place}: 'preference' is {value!r}, not a number from 0 to 1.")
    return float(value)


def log_odds(preference: float) -> float:
    kept = min(max(preference, MIN_PREFERENCE), 1 - MIN_PREFERENCE)
    return math.log(kept / (1 - kept))


# A model with so many answers counts half.
RARE_MODEL = 20

BASELINE = None  # the node of the common baseline in a group's graph of margins


def build_groups(pairs: list[Pair], pools: list[Pool] = ()) -> list[Group]:
    """Join pairs and pools by instruction and give every answer a score within its component.

    The scores of a component are the least-squares fit to its margins, with mean 0: margins that add up, as those of
    one baseline do, are met exactly; labels that go round in a circle come out even.
    """
    edges: dict[str, list[tuple]] = defaultdict(list)
    models: dict[tuple[str, str], str | None] = {}
    for pair in pairs:
        for text, model in zip((pair.a, pair.b), pair.models):
            models[pair.instruction, text] = model
        edges[pair.instruction].append((pair.a, pair.b, pair.margin))
    for pool in pools:
        for text, preference, model in zip(pool.texts, pool.preferences, pool.models):
            models[pool.instruction, text] = model
            edges[pool.instruction].append((text, BASELINE, log_odds(preference)))
    groups = []
    for instruction in sorted(edges):
        scores = fit_scores(edges[instruction])
        texts = sorted(node for node in scores if node is not BASELINE)
        groups.append(
            Group(
                instruction,
                texts,
                [scores[text][0] for text in texts],
                [scores[text][1] for text in texts],
                [models[instruction, text] for text in texts],
            )
        )
    return groups


def smooth(groups: list[Group], shrinkage: float) -> None:
    """Draw each score towards what its model's answers are worth on average; ``shrinkage`` in [0, 1] says how far.

    One judgement of one answer is noisy, the mean over hundreds of a model's answers is not (empirical Bayes). Answers
    of unknown or rare models keep their scores.
    """
    rows = [(g, i) for g, group in enumerate(groups) for i, model in enumerate(group.models) if model is not None]
    if not rows or shrinkage <= 0:
        return
    names = {name: k for k, name in enumerate(dict.fromkeys(groups[g].models[i] for g, i in rows))}
    places = {place: k for k, place in enumerate(dict.fromkeys((g, groups[g].component[i]) for g, i in rows))}
    model = np.array([names[groups[g].models[i]] for g, i in rows])
    place = np.array([places[g, groups[g].component[i]] for g, i in rows])
    scores = np.array([groups[g].scores[i] for g, i in rows])
    # Two effects, of the model and of the place, by turns; a model with few answers is drawn to the mean.
    of_model, of_place = np.zeros(len(names)), np.zeros(len(places))
    for _ in range(50):
        of_place = np.bincount(place, scores - of_model[model]) / np.bincount(place)
        of_model = np.bincount(model, scores - of_place[place]) / (np.bincount(model) + RARE_MODEL)
    expected = of_model[model] + of_place[place]
    for (g, i), value in zip(rows, (1 - shrinkage) * scores + shrinkage * expected):
        groups[g].scores[i] = float(value)


def fit_scores(edges: list[tuple]) -> dict:
    """``{node: (score, component)}`` of edges ``(left, right, margin of left over right)``."""
    nodes = {node: index for index, node in enumerate(dict.fromkeys(n for left, right, _ in edges for n in (left, right)))}
    component = list(range(len(nodes)))

    def root(index: int) -> int:
        while component[index] != index:
            component[index] = component[component[index]]
            index = component[index]
        return index

    for left, right, _ in edges:
        component[root(nodes[left])] = root(nodes[right])
    members: dict[int, list[int]] = defaultdict(list)
    for index in range(len(nodes)):
        members[root(index)].append(index)
    # The normal equations of all components at once: the Laplacian of the graph, plus a mean of 0 for each.
    laplacian, total = np.zeros((len(nodes), len(nodes))), np.zeros(len(nodes))
    for left, right, margin in edges:
        i, j = nodes[left], nodes[right]
        if i == j:
            continue
        laplacian[[i, j], [i, j]] += 1
        laplacian[[i, j], [j, i]] -= 1
        total[i] += margin
        total[j] -= margin
    for indices in members.values():
        laplacian[np.ix_(indices, indices)] += 1 / len(indices)
    scores = np.linalg.solve(laplacian, total)
    return {node: (float(scores[index]), root(index)) for node, index in nodes.items()}
