"""The PyTorch side of benchmarks/ranker.ts: the ranker's network in fp32, batched, on two threads.

Reads pools as JSON from stdin, writes seconds as JSON to stdout.
"""

import itertools
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "training"))

import torch  # noqa: E402

from ranker.folder import load_model, read_folder, torch_scorer  # noqa: E402

torch.set_num_threads(2)
folder = read_folder(sys.argv[1])
score = torch_scorer(load_model(folder), folder.encoder)
pools = json.load(sys.stdin)
score([("Warm", "up.")])


def measure(keys_of, chosen):
    """Seconds for the pools, and how many pairs they had; nothing is remembered from one pool to the next."""
    folder.encoder.forget()
    start, pairs = time.perf_counter(), 0
    for pool in chosen:
        texts = pool["candidates"]
        score(keys_of(pool["instruction"], texts))
        pairs += len(texts) * (len(texts) - 1) // 2
    return {"seconds": time.perf_counter() - start, "pairs": pairs}


def by_pair(instruction, texts):
    return [(instruction, text) for pair in itertools.combinations(texts, 2) for text in pair]


def by_text(instruction, texts):
    return [(instruction, text) for text in texts]


# Pair by pair is slow; a few pools are enough to know its pace.
print(json.dumps({"byPair": measure(by_pair, pools[: max(1, len(pools) // 8)]), "byText": measure(by_text, pools)}))
