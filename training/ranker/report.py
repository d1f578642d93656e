"""What a run measured, as JSON and as a page to read."""

from __future__ import annotations

import json
from pathlib import Path

LENGTHS = {
    "like_length": "pairs of like length",
    "shorter_wins": "pairs where the shorter wins",
    "longer_wins": "pairs where the longer wins",
    "length_balanced": "mean of these three",
}


def write_report(report: dict, folder: Path) -> None:
    (folder / "report.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    dev, low_high = report["dev"], report["interval"]
    lines = [
        "# Training report",
        "",
        f"{report['pairs']} pairs, {report['settings']['steps']} steps, {report['minutes']} minutes in the last run.",
        "",
        "| measured on pairs kept apart | |",
        "| --- | --- |",
        f"| accuracy | {dev['accuracy']:.3f} (95%: {low_high[0]:.3f} to {low_high[1]:.3f}, {dev['pairs']:.0f} pairs) |",
        f"| before the weights were made 8-bit | {report['dev_before_quantising']['accuracy']:.3f} |",
        *(f"| {name} | {dev[key]:.3f} |" for key, name in LENGTHS.items() if key in dev),
        f"| calibration error | {report['calibration_error']:.3f} |",
        f"| … ten bins of equally many pairs | {report['calibration_error_equal_mass']:.3f} |",
        f"| calibration error, scale fitted on the other half | {report['calibration_error_cross_fitted']:.3f} |",
    ]
    if "pools" in report:
        pools = report["pools"]
        lines += [
            f"| mean preference of the pick among pools | {pools['pick']:.3f} |",
            f"| … at random, the longest, the best | {pools['random']:.3f}, {pools['longest']:.3f}, {pools['oracle']:.3f} |",
        ]
    if "adversarial" in report:
        lines += ["", "| adversarial pair | the better text wins |", "| --- | --- |"]
        lines += [f"| {kind} | {value:.3f} |" for kind, value in report["adversarial"].items()]
        tasks = report["tasks"]
        lines += ["", f"Small tasks: {tasks['seen']:.3f} of the kinds that training may draw, {tasks['unseen']:.3f} of the others."]
    lines += ["", "![curves](curves.png)", "", "![reliability](reliability.png)", ""]
    (folder / "README.md").write_text("\n".join(lines), encoding="utf-8")
