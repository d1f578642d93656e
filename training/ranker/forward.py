"""Running the network over texts of any length: sorted by length, padded little."""

from __future__ import annotations

from contextlib import nullcontext

import numpy as np
import torch

from .model import Ranker
from .text import Encoded


def device_of(name: str) -> torch.device:
    """``auto`` = a GPU where PyTorch finds one, else the CPU."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and not torch.cuda.is_available():
        raise ValueError("PyTorch finds no GPU. Use --device cpu, or a build of PyTorch for CUDA.")
    return torch.device(name)


def pack(encoded: list[Encoded], max_tokens: int):
    """Yield ``(indices, ids, positions, types, mask, surface)`` with at most ``max_tokens`` padded tokens each."""
    order = sorted(range(len(encoded)), key=lambda i: len(encoded[i].ids))
    start = 0
    while start < len(order):
        end = start + 1
        while end < len(order) and (end + 1 - start) * len(encoded[order[end]].ids) <= max_tokens:
            end += 1
        indices = order[start:end]
        # A multiple of 16: each new shape costs the CPU's kernels memory that is never given back.
        length = -(-len(encoded[indices[-1]].ids) // 16) * 16
        ids = np.zeros((len(indices), length), dtype=np.int64)
        positions, types, mask = np.zeros_like(ids), np.zeros_like(ids), np.zeros_like(ids)
        for row, index in enumerate(indices):
            text = encoded[index]
            size = len(text.ids)
            ids[row, :size] = text.ids
            positions[row, :size] = text.positions()
            types[row, text.first : size] = 1
            mask[row, :size] = 1
        surface = np.array([encoded[index].surface for index in indices], dtype=np.float32)
        yield indices, *(torch.from_numpy(column) for column in (ids, positions, types, mask, surface))
        start = end


def encode_texts(model: Ranker, encoded: list[Encoded], max_tokens: int = 4096, half: bool = True) -> tuple[torch.Tensor, torch.Tensor]:
    """What the encoder makes of texts, ``[texts, 3 * hidden]``, and their surface ``[texts, surface size]``, with a
    gradient where one is wanted, on the device of ``model``. ``half`` = bfloat16 in the encoder."""
    pooled, surfaces, order = [], [], []
    device = model.score.weight.device
    for indices, *columns in pack(encoded, max_tokens):
        ids, positions, types, mask, surface = (column.to(device) for column in columns)
        with torch.autocast(device.type, torch.bfloat16) if half else nullcontext():
            pooled.append(model.pool(model.encode(ids, positions, types, mask), types, mask))
        surfaces.append(surface)
        order += indices
    back = torch.empty(len(order), dtype=torch.long)
    back[torch.tensor(order)] = torch.arange(len(order))
    back = back.to(device)
    return torch.cat(pooled)[back], torch.cat(surfaces)[back]


def scores(model: Ranker, encoded: list[Encoded], max_tokens: int = 4096, half: bool = True) -> torch.Tensor:
    """Scores ``[texts]``, as :func:`encode_texts`."""
    return model.head(*encode_texts(model, encoded, max_tokens, half))
