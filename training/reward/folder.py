"""What ``reward.train`` leaves: ``model.safetensors`` (all weights) or ``adapter.safetensors`` and ``adapter.gguf``."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from .gguf_file import ModelFileError, read_model, write_adapter
from .llama import Llama
from .prompt import RewardPrompt
from .rate import RewardModel

# Facts of the base that go with its adapter.
BASE = "SmolLM2-135M-Instruct (Apache-2.0, Hugging Face)"


def write_reward_model(folder: Path, model: RewardModel, lora: tuple[int, float] | None) -> None:
    """``lora`` = rank and alpha of the adapter; None = all weights were trained."""
    state = {name: value.detach().cpu() for name, value in model.llama.state_dict().items()}
    if lora is None:
        save_file({name: value.to(torch.bfloat16) for name, value in state.items()}, folder / "model.safetensors")
        return
    save_file({name: value for name, value in state.items() if "lora" in name}, folder / "adapter.safetensors")
    (folder / "adapter.json").write_text(json.dumps({"rank": lora[0], "alpha": lora[1]}) + "\n")
    write_adapter(folder / "adapter.gguf", model.llama, lora[1], {"general.base_model.0.name": BASE})


def read_reward_model(gguf: Path, folder: Path | None = None) -> RewardModel:
    """The model of a GGUF file, with what training has made of it in ``folder``; without one, as it is."""
    llama, tokenizer = read_model(gguf)
    if folder is not None:
        llama.load_state_dict(trained_state(llama, folder), strict=False)
    return RewardModel(llama, RewardPrompt(tokenizer))


def trained_state(llama: Llama, folder: Path) -> dict[str, torch.Tensor]:
    if (folder / "model.safetensors").is_file():
        return {name: value.float() for name, value in load_file(folder / "model.safetensors").items()}
    if not (folder / "adapter.safetensors").is_file():
        raise ModelFileError(f"{folder} has neither model.safetensors nor adapter.safetensors.")
    llama.adapt(*adapter_shape(folder))
    return {name: value.float() for name, value in load_file(folder / "adapter.safetensors").items()}


def adapter_shape(folder: Path) -> tuple[int, float]:
    """Rank and alpha."""
    shape = json.loads((folder / "adapter.json").read_text())
    return shape["rank"], shape["alpha"]
