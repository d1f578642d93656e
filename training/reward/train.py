"""From pair files and a language model to one that rates answers: ``python -m reward.train --gguf FILE --pairs FILE --output FOLDER``."""

from __future__ import annotations

import argparse
import json
import math
import sys
from pathlib import Path

import torch

from ranker.base import instruction_vectors
from ranker.batches import Batches, nearest
from ranker.data import DataError
from ranker.fit import Trained, fit
from ranker.forward import device_of
from ranker.options import batch_settings, common, fit_settings
from ranker.train import FINGERPRINTED, digest_of, evaluator, read_data, say, steps_of

from .folder import adapter_shape, read_reward_model, write_reward_model
from .gguf_file import ModelFileError
from .rate import RewardModel


def arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m reward.train", description="From pair files to a language model that rates answers.", parents=[common()])
    parser.add_argument("--gguf", required=True, type=Path, help="SmolLM2-135M-Instruct as a GGUF file")
    parser.add_argument("--go-on-from", type=Path, help="a folder that reward.train wrote; its adapter is trained further")
    parser.add_argument("--rank", type=int, default=16, help="of the LoRA adapter; 0 = train all weights")
    parser.add_argument("--alpha", type=float, default=32, help="the adapter counts alpha / rank times")
    parser.set_defaults(learning_rate=3e-4)
    return parser.parse_args(argv)


def optimizer_of(model: RewardModel, learning_rate: float) -> torch.optim.AdamW:
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    return torch.optim.AdamW(parameters, lr=learning_rate, weight_decay=0.01, betas=(0.9, 0.98), fused=model.device.type == "cuda")


def main(argv: list[str]) -> RewardModel:
    options = arguments(argv)
    device = device_of(options.device)
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    data = read_data(options)
    model = read_reward_model(options.gguf, options.go_on_from)
    if options.go_on_from:
        options.rank, options.alpha = adapter_shape(options.go_on_from)
    elif options.rank:
        model.llama.adapt(options.rank, options.alpha)
    else:
        # The few hundred instructions would bend those that they happen to use.
        model.llama.token_embd.weight.requires_grad_(False)
    model.to(device)
    instructions = [model.prompt.tokens(group.instruction) for group in data.groups]
    neighbours = nearest(instruction_vectors(model.llama.token_embd.weight, instructions))
    batches = Batches(data.groups, neighbours, model.prompt, [None] * len(data.groups), batch_settings(options), options.seed)
    steps = steps_of(options, batches)
    settled = {name: getattr(options, name) for name in (*FINGERPRINTED, "rank", "alpha")} | {"steps": steps, "data": digest_of(data.groups)}
    run = options.output / "run"
    run.mkdir(parents=True, exist_ok=True)

    trained = Trained(model, optimizer_of(model, options.learning_rate), lambda encoded: model.scores(encoded, options.max_tokens), device)
    log = fit(trained, batches, fit_settings(options, steps), run, settled, evaluator(model.scorer(8 * options.max_tokens), data), say)
    measured = log[-1] if log else {}
    write_reward_model(options.output, model, (options.rank, options.alpha) if options.rank else None)
    (run / "report.json").write_text(json.dumps({"settings": settled | {"device": str(device)}, "pairs": data.pairs, "measured": measured}, indent=2) + "\n")
    say(f"Wrote {options.output} · accuracy {measured.get('accuracy', math.nan):.3f} on {len(data.dev_pairs)} pairs kept apart.")
    return model


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (DataError, ModelFileError, OSError, ValueError) as error:
        sys.exit(f"{error}")
    except KeyboardInterrupt:
        say("Stopped. The same command goes on from the last checkpoint.")
        sys.exit(130)
