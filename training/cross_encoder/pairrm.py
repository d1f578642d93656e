"""PairRM in PyTorch, as published: transformers' DeBERTa-v2 and the head over the three special tokens."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import nn
from transformers import DebertaV2Config, DebertaV2Model

PART_TOKENS = ["<|source|>", "<|candidate1|>", "<|candidate2|>"]
SOURCE_TOKENS, ALL_TOKENS = 1224, 2048


class PairRM(nn.Module):
    def __init__(self, config: DebertaV2Config, token_ids: list[int]):
        super().__init__()
        self.token_ids = token_ids
        self.pretrained_model = DebertaV2Model(config)
        size = config.hidden_size
        self.head_layer = nn.Sequential(nn.Dropout(0), nn.Linear(2 * size, size), nn.Tanh(), nn.Dropout(0), nn.Linear(size, 1))

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Logit of each row: positive = the first candidate is better."""
        states = self.pretrained_model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        source, first, second = (states[torch.where(input_ids == token)] for token in self.token_ids)
        left = self.head_layer(torch.cat([source, first], dim=-1))
        right = self.head_layer(torch.cat([source, second], dim=-1))
        return (left - right).mean(dim=-1)


def part(tokenizer, text: str, most: int) -> list[int]:
    """One part with its special tokens; cut at its right end, as the original does."""
    cls, sep = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    ids = tokenizer.encode(text, add_special_tokens=False).ids
    return [cls, *ids[: most - 2], sep]


def sequence(tokenizer, source: str, left: str, right: str) -> list[int]:
    head = part(tokenizer, PART_TOKENS[0] + source, SOURCE_TOKENS)
    room = (ALL_TOKENS - len(head)) // 2
    return head + part(tokenizer, PART_TOKENS[1] + left, room) + part(tokenizer, PART_TOKENS[2] + right, room)


def batch(rows: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    longest = max(map(len, rows))
    ids = torch.tensor([row + [0] * (longest - len(row)) for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
    return ids, mask


def load(folder: Path) -> PairRM:
    """The PairRM of a folder in the format of the published one."""
    config = json.loads((folder / "config.json").read_text())
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    model = PairRM(DebertaV2Config(**config), [tokenizer.token_to_id(token) for token in PART_TOKENS]).eval()
    model.load_state_dict(load_file(folder / "model.safetensors"))
    return model


def save(model: PairRM, config: DebertaV2Config, tokenizer: Tokenizer, folder: Path) -> int:
    """Writes the files of a folder that ``load`` reads. Returns the number of parameters."""
    folder.mkdir(parents=True, exist_ok=True)
    state = {name: tensor.detach().contiguous() for name, tensor in model.state_dict().items()}
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "config.json").write_text(json.dumps({"model_type": "deberta-v2", **config.to_dict()}, indent=1))
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    return sum(tensor.numel() for tensor in state.values())
