"""Writes what alpaca_eval, arena-rank, SciPy and statsmodels make of synthetic data, as a fixture of the tests:
``python -m measures.make_statistics FILE``. No data of a benchmark is read."""

from __future__ import annotations

import json
import math
import random
import sys
import tempfile
from pathlib import Path

import pandas as pd
from alpaca_eval.metrics import glm_winrate
from arena_rank.models.bradley_terry import BradleyTerry
from arena_rank.utils.data_utils import PairDataset
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

FORMULA = "np.tanh(std_delta_len) + not_gamed_baseline.astype(float) - 1"
# As the package runs it, with a penalty chosen by cross-validation, and all but without a penalty.
SETTINGS = {"package": {"n_splits": 5}, "no penalty": {"n_splits": 0, "C": 1e6}}


def chance(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


def win_rows(seed: int, prompts: int, skill: float, length_effect: float, extra_length: float, kind: str) -> dict:
    draw = random.Random(seed)
    own, other, points = [], [], []
    for _ in range(prompts):
        other.append(round(draw.lognormvariate(6, 0.5)))
        own.append(round(other[-1] * draw.lognormvariate(extra_length, 0.4)))
        odds = skill + length_effect * math.tanh((own[-1] - other[-1]) / 200)
        if kind == "probability":
            points.append(round(chance(odds + draw.gauss(0, 1)), 4))
        else:
            points.append(0.5 if kind == "ties" and draw.random() < 0.2 else float(draw.random() < chance(odds)))
    return {"ownLength": own, "otherLength": other, "points": points}


def length_controlled(rows: dict) -> dict:
    prompts = len(rows["points"])
    frame = pd.DataFrame(
        {
            "index": range(prompts),
            "preference": [1 + points for points in rows["points"]],
            "output_1": ["x" * length for length in rows["otherLength"]],
            "output_2": ["x" * length for length in rows["ownLength"]],
            "generator_1": "baseline",
            "generator_2": "model",
            "annotator": "synthetic",
        }
    )
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        # The formula does not use it, but the package reads a table of its own prompts.
        table = Path(folder) / "df_gamed.csv"
        pd.DataFrame({"model": "none", "index": range(prompts), "instruction_difficulty": 0.0}).to_csv(table, index=False)
        glm_winrate.hf_hub_download = lambda **_: str(table)
        for name, arguments in SETTINGS.items():
            info = {"formula": FORMULA, "regularize_to_baseline_lambda": None, "kwargs": arguments}
            metrics = glm_winrate.get_length_controlled_winrate(frame, save_weights_dir=None, glm_info=info)
            figures[name] = metrics["length_controlled_winrate"] / 100
            figures["win rate"] = metrics["win_rate"] / 100
    return figures


def verdicts(seed: int, prompts: int, strengths: dict[str, float], games: int, ties: float) -> list:
    draw = random.Random(seed)
    rows = []
    for prompt in range(prompts):
        for _ in range(games):
            left, right = draw.sample(sorted(strengths), 2)
            if draw.random() < ties:
                outcome = draw.choice(["tie", "both-bad"])
            else:
                outcome = "left" if draw.random() < chance(strengths[left] - strengths[right]) else "right"
            rows.append([prompt, left, right, outcome])
    return rows


def ratings(rows: list) -> dict:
    winners = {"left": "model_a", "right": "model_b", "tie": "tie", "both-bad": "both_bad"}
    frame = pd.DataFrame([{"model_a": left, "model_b": right, "winner": winners[outcome]} for _, left, right, outcome in rows])
    data = PairDataset.from_pandas(frame)
    result = BradleyTerry(n_competitors=len(data.competitors), ftol=1e-15, gtol=1e-12).compute_ratings_and_cis(data)
    return {name: [float(result[key][place]) for key in ("ratings", "rating_lower", "rating_upper")] for place, name in enumerate(result["competitors"])}


def correlations(seed: int, count: int, values: int) -> dict:
    draw = random.Random(seed)
    left = [draw.randrange(values) for _ in range(count)]
    right = [value + draw.randrange(-2, 3) for value in left]
    return {
        "left": left,
        "right": right,
        "pearson": stats.pearsonr(left, right).statistic,
        "spearman": stats.spearmanr(left, right).statistic,
        "kendall": stats.kendalltau(left, right).statistic,
    }


def main() -> None:
    strengths = {"a": 1.2, "b": 0.5, "c": 0.4, "d": 0.0, "e": -0.7, "f": -1.4}
    lengths = [
        win_rows(1, 600, 0.0, 1.5, 0.4, "binary"),
        win_rows(2, 500, 0.6, 0.0, -0.3, "ties"),
        win_rows(3, 800, -0.5, 0.8, 0.2, "probability"),
        win_rows(4, 805, 1.0, -0.6, 0.1, "binary"),
    ]
    # One game a prompt, as arena-rank takes all games for independent.
    piles = [verdicts(5, 2000, strengths, 1, 0.25), verdicts(6, 900, {"x": 0.3, "y": 0.0, "z": -0.3}, 1, 0.0)]
    tables = [(7, 3), (0, 0), (1, 9), (40, 62), (300, 260)]
    p_values = [0.01, 0.04, 0.03, 0.005, 0.5, 0.02, 0.9, 0.005]
    content = {
        "made by": "alpaca_eval 0.6.6, arena-rank 0.1.1, SciPy and statsmodels",
        "lengths": [{**rows, "figures": length_controlled(rows)} for rows in lengths],
        "ratings": [{"verdicts": [" ".join(map(str, row)) for row in rows], "figures": ratings(rows)} for rows in piles],
        "correlations": [correlations(8, 12, 12), correlations(9, 60, 5), correlations(10, 200, 50)],
        "mcnemar": [{"onlyLeft": left, "onlyRight": right, "pValue": float(mcnemar([[9, left], [right, 4]], exact=True).pvalue)} for left, right in tables],
        "holm": {"pValues": p_values, "adjusted": multipletests(p_values, method="holm")[1].tolist()},
    }
    Path(sys.argv[1]).write_text(json.dumps(content, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
