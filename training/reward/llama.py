"""The Llama architecture, as far as a text's last state needs it (Touvron et al. 2023), with LoRA (Hu et al. 2021).

Weights lie as in a GGUF file, where the two numbers of a rotary pair are neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn


@dataclass(frozen=True)
class LlamaShape:
    """Sizes of the model; the names are those of a GGUF file."""

    vocab_size: int
    embedding_length: int
    block_count: int
    head_count: int
    head_count_kv: int
    feed_forward_length: int
    rope_freq_base: float
    layer_norm_rms_epsilon: float
    context_length: int

    @property
    def head_size(self) -> int:
        return self.embedding_length // self.head_count


class Projection(nn.Linear):
    """A matrix, and what LoRA adds to it: ``W + scale * B A``, with A ``[rank, in]`` and B ``[out, rank]``."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__(inputs, outputs, bias=False)
        self.lora_a: nn.Parameter | None = None
        self.lora_b: nn.Parameter | None = None
        self.scale = 0.0

    def adapt(self, rank: int, alpha: float) -> None:
        """Freeze the matrix and begin an adapter that adds nothing yet."""
        self.weight.requires_grad_(False)
        self.lora_a = nn.Parameter(torch.randn(rank, self.in_features) / self.in_features**0.5)
        self.lora_b = nn.Parameter(torch.zeros(self.out_features, rank))
        self.scale = alpha / rank

    def whole(self) -> torch.Tensor:
        if self.lora_a is None:
            return self.weight
        return torch.addmm(self.weight, self.lora_b, self.lora_a, alpha=self.scale)


class Norm(nn.RMSNorm):
    def apply(self, x: torch.Tensor) -> torch.Tensor:
        # With weights of the input's kind there is a fused kernel.
        return F.rms_norm(x, self.normalized_shape, self.weight.to(x.dtype), self.eps)


@dataclass
class Matrices:
    """The matrices of one layer for many texts: adapters added, and those that read the same states joined."""

    qkv: torch.Tensor
    output: torch.Tensor
    gate_up: torch.Tensor
    down: torch.Tensor


class Block(nn.Module):
    """One layer; its parts have the names of a GGUF file's tensors."""

    def __init__(self, shape: LlamaShape):
        super().__init__()
        size, kv = shape.embedding_length, shape.head_count_kv * shape.head_size
        self.shape = shape
        self.attn_norm = Norm(size, eps=shape.layer_norm_rms_epsilon)
        self.attn_q, self.attn_k, self.attn_v = Projection(size, size), Projection(size, kv), Projection(size, kv)
        self.attn_output = Projection(size, size)
        self.ffn_norm = Norm(size, eps=shape.layer_norm_rms_epsilon)
        self.ffn_gate, self.ffn_up = Projection(size, shape.feed_forward_length), Projection(size, shape.feed_forward_length)
        self.ffn_down = Projection(shape.feed_forward_length, size)

    def matrices(self, kind: torch.dtype) -> Matrices:
        def joined(*parts: Projection) -> torch.Tensor:
            return torch.cat([part.whole() for part in parts]).to(kind)

        return Matrices(joined(self.attn_q, self.attn_k, self.attn_v), joined(self.attn_output), joined(self.ffn_gate, self.ffn_up), joined(self.ffn_down))

    def run(self, x: torch.Tensor, matrices: Matrices, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
        batch, length, size = x.shape
        heads, kv, width = self.shape.head_count, self.shape.head_count_kv, self.shape.head_size
        states = F.linear(self.attn_norm.apply(x), matrices.qkv).view(batch, length, heads + 2 * kv, width)
        turned = rotate(states[:, :, : heads + kv], cos, sin)
        q, k, v = turned[:, :, :heads], turned[:, :, heads:], states[:, :, heads + kv :]
        k, v = (part.repeat_interleave(heads // kv, dim=2) for part in (k, v))
        # Padding is at the end, where no real token looks.
        mixed = F.scaled_dot_product_attention(*(part.transpose(1, 2) for part in (q, k, v)), is_causal=True)
        x = x + F.linear(mixed.transpose(1, 2).reshape(batch, length, size), matrices.output)
        gate, up = F.linear(self.ffn_norm.apply(x), matrices.gate_up).chunk(2, dim=-1)
        return x + F.linear(F.silu(gate) * up, matrices.down)


def rotate(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """Rotary positions (Su et al. 2021): ``x`` is ``[batch, length, heads, width]``, the angles ``[length, 1, width / 2]``."""
    even, odd = x.unflatten(-1, (-1, 2)).unbind(-1)
    return torch.stack([even * cos - odd * sin, even * sin + odd * cos], dim=-1).flatten(-2)


class Llama(nn.Module):
    def __init__(self, shape: LlamaShape):
        super().__init__()
        self.shape = shape
        self.token_embd = nn.Embedding(shape.vocab_size, shape.embedding_length)
        self.blk = nn.ModuleList(Block(shape) for _ in range(shape.block_count))
        self.output_norm = Norm(shape.embedding_length, eps=shape.layer_norm_rms_epsilon)

    def adapt(self, rank: int, alpha: float) -> None:
        """Freeze all weights and begin adapters on all projections."""
        for parameter in self.parameters():
            parameter.requires_grad_(False)
        for module in self.modules():
            if isinstance(module, Projection):
                module.adapt(rank, alpha)

    def last_states(self, batches, kind: torch.dtype) -> list[torch.Tensor]:
        """States ``[batch, hidden]`` at the positions ``last`` of each ``(ids [batch, length], last)``, where ids are
        padded at the end."""
        matrices = [block.matrices(kind) for block in self.blk]
        found = []
        for ids, last in batches:
            angles = torch.arange(ids.shape[1], device=ids.device)[:, None] * self.frequencies(ids.device)
            cos, sin = (part(angles)[:, None, :].to(kind) for part in (torch.cos, torch.sin))
            x = self.token_embd(ids).to(kind)
            for block, weights in zip(self.blk, matrices):
                x = block.run(x, weights, cos, sin)
            found.append(self.output_norm.apply(x[torch.arange(len(ids), device=ids.device), last].float()))
        return found

    def frequencies(self, device: torch.device) -> torch.Tensor:
        width = self.shape.head_size
        return self.shape.rope_freq_base ** (-torch.arange(0, width, 2, device=device, dtype=torch.float32) / width)

    def token_logits(self, states: torch.Tensor, tokens: list[int]) -> torch.Tensor:
        """``[batch, tokens]``: the logits of some next tokens; the output matrix is that of the embeddings."""
        return states @ self.token_embd.weight[tokens].T
