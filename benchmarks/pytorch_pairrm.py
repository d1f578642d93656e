"""The PyTorch side of benchmarks/pairrm.ts: ``python pytorch_pairrm.py FOLDER THREADS``.

Loads a PairRM in fp32, then answers one line of JSON on stdin with one on stdout: ``{"rows": [[ids]], "batch": n}``
becomes ``{"seconds": s, "logits": []}``. A batch of one is what Python LLM-Blender does for one prompt: a pass for each
ordered pair, one after another. Larger batches are filled by length, so that little is padded.
"""

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "training"))

import torch  # noqa: E402

from cross_encoder.pairrm import batch, load  # noqa: E402

torch.set_num_threads(int(sys.argv[2]))
model = load(Path(sys.argv[1]))


@torch.inference_mode()
def score(rows: list[list[int]], size: int) -> list[float]:
    order = sorted(range(len(rows)), key=lambda index: len(rows[index]))
    logits = [0.0] * len(rows)
    for start in range(0, len(order), size):
        chosen = order[start : start + size]
        for index, logit in zip(chosen, model(*batch([rows[index] for index in chosen])).tolist(), strict=True):
            logits[index] = logit
    return logits


print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    start = time.perf_counter()
    logits = score(request["rows"], request["batch"])
    print(json.dumps({"seconds": time.perf_counter() - start, "logits": logits}), flush=True)
