"""Ranker folders: ``config.json``, ``tokenizer.json``, ``phrases.json``, ``model.onnx``; what training leaves and TypeScript loads."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from tokenizers import Tokenizer

from .forward import pack, scores
from .graph import INPUTS, build_graph, read_weights
from .model import Ranker, Shape
from .phrases import Phrases
from .text import MAX_CHARACTERS, Encoder, Lengths, SpecialTokens, plain_description

FORMAT, VERSION = "llm-blender-encoder-ranker", 2


class FolderError(Exception):
    """A folder that holds no ranker; the message names it."""


@dataclass
class RankerFolder:
    path: Path
    encoder: Encoder
    shape: Shape
    tokenizer: dict

    @property
    def graph(self) -> Path:
        return self.path / "model.onnx"


def read_folder(path: str | Path) -> RankerFolder:
    path = Path(path)
    try:
        config = json.loads((path / "config.json").read_text(encoding="utf-8"))
        tokenizer = json.loads((path / "tokenizer.json").read_text(encoding="utf-8"))
        phrases = json.loads((path / "phrases.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FolderError(f"{path} is not a ranker folder: {error}") from None
    if config.get("format") != FORMAT or config.get("version") != VERSION:
        raise FolderError(f"{path}: config.json is not of format {FORMAT}, version {VERSION}.")
    try:
        shape, special_tokens, lengths = Shape(**config["shape"]), SpecialTokens(**config["marks"]), Lengths(**config["lengths"])
    except (KeyError, TypeError) as error:
        raise FolderError(f"{path}: config.json lacks or does not know {error}.") from None
    try:
        table = Phrases.from_json(phrases)
    except (KeyError, TypeError, ValueError) as error:
        raise FolderError(f"{path}: phrases.json holds no table of phrases: {error}.") from None
    encoder = Encoder(Tokenizer.from_str(json.dumps(tokenizer)), special_tokens, lengths, shape.max_position_embeddings, table)
    return RankerFolder(path, encoder, shape, tokenizer)


def write_folder(path: Path, weights: dict[str, np.ndarray], shape: Shape, encoder: Encoder, tokenizer: dict) -> None:
    """Write a ranker folder; each file is whole or not there."""
    path.mkdir(parents=True, exist_ok=True)
    config = {
        "format": FORMAT,
        "version": VERSION,
        "marks": encoder.special_tokens.as_config(),
        "lengths": encoder.lengths.as_config(),
        "most_characters": MAX_CHARACTERS,
        "most_positions": encoder.max_positions,
        "shape": shape.as_config(),
    }
    graph = build_graph(weights, shape)
    onnx.checker.check_model(graph)
    write(path / "model.onnx", graph.SerializeToString())
    write(path / "tokenizer.json", json.dumps(plain_description(tokenizer), ensure_ascii=False).encode())
    write(path / "phrases.json", json.dumps(encoder.phrases.as_json(), separators=(",", ":")).encode())
    write(path / "config.json", (json.dumps(config, indent=2) + "\n").encode())


def write(path: Path, content: bytes) -> None:
    partial = path.with_name(f"{path.name}.partial")
    partial.write_bytes(content)
    os.replace(partial, path)


def load_model(folder: RankerFolder) -> Ranker:
    """The network in PyTorch, with the 8-bit weights as the floats they stand for."""
    model = Ranker(folder.shape)
    state = {name: torch.tensor(value) for name, value in read_weights(onnx.load(folder.graph)).items()}
    model.load_state_dict(state)
    return model.eval()


def torch_scorer(model: Ranker, encoder: Encoder, half: bool = False, max_tokens: int = 4096):
    """A :data:`ranker.metrics.Scorer` on PyTorch."""

    def score(keys: list[tuple[str, str]]) -> np.ndarray:
        with torch.no_grad():
            encoded = [encoder.encode(*key) for key in keys]
            return scores(model, encoded, max_tokens, half).cpu().numpy().astype(np.float64)

    return score


def onnx_scorer(folder: RankerFolder, threads: int = 2):
    """A :data:`ranker.metrics.Scorer` on the file that ships, with onnxruntime as in TypeScript."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(folder.graph), options, providers=["CPUExecutionProvider"])

    def score(keys: list[tuple[str, str]]) -> np.ndarray:
        encoded = [folder.encoder.encode(*key) for key in keys]
        out = np.zeros(len(keys))
        for indices, *inputs in pack(encoded, 4096):
            feeds = {name: column.numpy() for name, column in zip(INPUTS, inputs)}
            out[indices] = session.run(["scores"], feeds)[0]
        return out

    return score
