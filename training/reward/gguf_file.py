"""Reading a language model from its GGUF file, and writing an adapter as one."""

from __future__ import annotations

from pathlib import Path

import gguf
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from .llama import Llama, LlamaShape, Projection

ARCHITECTURE = "llama"


class ModelFileError(Exception):
    """A GGUF file that cannot be trained; the message names it."""


def read_model(path: str | Path) -> tuple[Llama, Tokenizer]:
    """The model with its weights as floats, and its tokenizer."""
    try:
        reader = gguf.GGUFReader(path)
    except (OSError, ValueError) as error:
        raise ModelFileError(f"{path} cannot be read as a GGUF file: {error}.") from None
    value = {name: field.contents() for name, field in reader.fields.items()}
    kind, words = value.get("general.architecture"), value.get("tokenizer.ggml.pre")
    if kind != ARCHITECTURE or words != "smollm":
        raise ModelFileError(f"{path} is of architecture {kind!r} with tokens of {words!r}; only SmolLM2 is known here.")
    model = Llama(shape_of(value))
    weights = {tensor.name: torch.tensor(gguf.quants.dequantize(tensor.data, tensor.tensor_type)) for tensor in reader.tensors}
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name not in weights:
                raise ModelFileError(f"{path} has no tensor {name}.")
            parameter.copy_(weights.pop(name).reshape(parameter.shape))
    if weights:
        raise ModelFileError(f"{path} has tensors that are not known here: {', '.join(sorted(weights))}.")
    return model, tokenizer_of(value)


def shape_of(value: dict) -> LlamaShape:
    def of(name: str):
        return value[f"{ARCHITECTURE}.{name}"]

    return LlamaShape(
        vocab_size=len(value["tokenizer.ggml.tokens"]),
        embedding_length=of("embedding_length"),
        block_count=of("block_count"),
        head_count=of("attention.head_count"),
        head_count_kv=of("attention.head_count_kv"),
        feed_forward_length=of("feed_forward_length"),
        rope_freq_base=of("rope.freq_base"),
        layer_norm_rms_epsilon=of("attention.layer_norm_rms_epsilon"),
        context_length=of("context_length"),
    )


def tokenizer_of(value: dict) -> Tokenizer:
    """SmolLM's: digits one by one, then byte-level BPE. Its control tokens are not read in texts; see :mod:`reward.prompt`."""
    tokens = value["tokenizer.ggml.tokens"]
    merges = [tuple(merge.split(" ")) for merge in value["tokenizer.ggml.merges"]]
    tokenizer = Tokenizer(models.BPE({token: index for index, token in enumerate(tokens)}, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def write_adapter(path: Path, model: Llama, alpha: float, about: dict[str, str]) -> None:
    """The adapters of ``model`` in 16 bits, as llama.cpp loads them; ``about`` = more facts for the header."""
    partial = path.with_name(f"{path.name}.partial")
    writer = gguf.GGUFWriter(partial, ARCHITECTURE)
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", alpha)
    for name, text in about.items():
        writer.add_string(name, text)
    for name, module in model.named_modules():
        if isinstance(module, Projection) and module.lora_a is not None:
            writer.add_tensor(f"{name}.weight.lora_a", module.lora_a.detach().cpu().half().numpy())
            writer.add_tensor(f"{name}.weight.lora_b", module.lora_b.detach().cpu().half().numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    partial.replace(path)
