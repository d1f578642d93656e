"""The network: one BERT encoder pass per candidate, then a head that compares.

Encoder: Devlin et al. 2019 (BERT), as distilled in MiniLM-L6 (Wang et al. 2020).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import nn

from .surface import SIZE as SURFACE_SIZE

# Deviations from the mean beyond which a surface number is cut.
MAX_SURFACE = 3.0


@dataclass(frozen=True)
class Shape:
    """Sizes of the encoder; the names are those of a BERT configuration."""

    vocab_size: int = 30522
    hidden_size: int = 384
    num_hidden_layers: int = 6
    num_attention_heads: int = 12
    intermediate_size: int = 1536
    max_position_embeddings: int = 512
    layer_norm_eps: float = 1e-12
    head_size: int = 256
    surface_size: int = SURFACE_SIZE
    surface_hidden_size: int = 64

    def as_config(self) -> dict:
        return asdict(self)


class Layer(nn.Module):
    def __init__(self, shape: Shape, dropout: float):
        super().__init__()
        size = shape.hidden_size
        self.dropout = dropout
        self.heads = shape.num_attention_heads
        self.qkv = nn.Linear(size, 3 * size)
        self.out = nn.Linear(size, size)
        self.norm_attention = nn.LayerNorm(size, eps=shape.layer_norm_eps)
        self.up = nn.Linear(size, shape.intermediate_size)
        self.down = nn.Linear(shape.intermediate_size, size)
        self.norm_output = nn.LayerNorm(size, eps=shape.layer_norm_eps)

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        batch, length, size = x.shape
        q, k, v = self.qkv(x).view(batch, length, 3, self.heads, size // self.heads).permute(2, 0, 3, 1, 4)
        # Under autocast the products are bfloat16, and what is added to them must be as well.
        mask = mask.to(q.dtype)
        if self.training:
            # Written out: on a CPU the backward pass of the fused kernel is slower than all of this.
            weights = torch.softmax(q @ (k * (size // self.heads) ** -0.5).transpose(-1, -2) + mask, dim=-1)
            mixed = weights @ v
        else:
            mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        mixed = self.out(mixed.transpose(1, 2).reshape(batch, length, size))
        x = self.norm_attention(x + F.dropout(mixed, self.dropout, self.training))
        return self.norm_output(x + F.dropout(self.down(F.gelu(self.up(x))), self.dropout, self.training))


class Standard(nn.Module):
    """Brings each surface number to mean 0 and deviation 1, and cuts it where texts no longer look like those of
    training: no exclamation mark after the twentieth says more."""

    def __init__(self, size: int):
        super().__init__()
        self.register_buffer("weight", torch.ones(size))
        self.register_buffer("bias", torch.zeros(size))

    def fit(self, rows: torch.Tensor) -> None:
        deviation = rows.std(0).clamp_min(1e-3)
        self.weight.copy_(1 / deviation)
        self.bias.copy_(-rows.mean(0) / deviation)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (x * self.weight + self.bias).clamp(-MAX_SURFACE, MAX_SURFACE)


class Ranker(nn.Module):
    """``score(instruction, answer)``; the log-odds that a beats b is the difference of their scores.

    The difference is antisymmetric, so both orders of a pair give the same verdict by construction.
    """

    def __init__(self, shape: Shape, dropout: float = 0.1):
        super().__init__()
        self.shape = shape
        size = shape.hidden_size
        self.words = nn.Embedding(shape.vocab_size, size)
        self.positions = nn.Embedding(shape.max_position_embeddings, size)
        self.types = nn.Embedding(2, size)
        self.norm = nn.LayerNorm(size, eps=shape.layer_norm_eps)
        self.layers = nn.ModuleList(Layer(shape, dropout) for _ in range(shape.num_hidden_layers))
        self.standard = Standard(shape.surface_size)
        self.surface = nn.Linear(shape.surface_size, shape.surface_hidden_size)
        self.dense = nn.Linear(3 * size + shape.surface_hidden_size, shape.head_size)
        self.score = nn.Linear(shape.head_size, 1)
        # What the surface alone says, fitted before (`ranker.direct`); the network says what is to be added to it.
        self.direct = nn.Linear(shape.surface_size, 1, bias=False)
        nn.init.zeros_(self.direct.weight)
        # A new network adds nothing yet.
        nn.init.zeros_(self.score.weight)
        nn.init.zeros_(self.score.bias)
        self.dropout = dropout

    def encode(self, ids: torch.Tensor, positions: torch.Tensor, types: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """All inputs ``[batch, length]`` (mask 1 = a real token) -> states ``[batch, length, hidden]``."""
        x = self.norm(self.words(ids) + self.positions(positions) + self.types(types))
        attend = torch.zeros(mask.shape, device=mask.device).masked_fill_(mask == 0, -1e4)[:, None, None, :]
        for layer in self.layers:
            x = layer(x, attend)
        return x

    def pool(self, states: torch.Tensor, types: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """``[batch, 3 * hidden]``: the first state, the mean over the instruction, the mean over the answer."""
        states = states.float()
        answer = (mask * types).unsqueeze(-1).to(states.dtype)
        instruction = (mask * (1 - types)).unsqueeze(-1).to(states.dtype)
        return torch.cat(
            [
                states[:, 0],
                (states * instruction).sum(1) / instruction.sum(1),
                (states * answer).sum(1) / answer.sum(1),
            ],
            dim=-1,
        )

    def head(self, pooled: torch.Tensor, surface: torch.Tensor) -> torch.Tensor:
        """``[batch, 3 * hidden]`` and surface -> scores ``[batch]``."""
        standard = self.standard(surface)
        seen = F.gelu(self.surface(standard))
        hidden = F.dropout(F.gelu(self.dense(torch.cat([pooled, seen], dim=-1))), self.dropout, self.training)
        return (self.score(hidden) + self.direct(standard)).squeeze(-1)
