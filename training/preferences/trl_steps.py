"""Loads files of preference data with datasets, and takes one step of each trainer of TRL that they are for.

    python -m preferences.trl_steps FILE...

The models are tiny and random, so nothing is downloaded. Prints one JSON object: for each file its columns, its rows,
and the loss of each trainer. A file of messages and a text as prompt (the format snorkel) is trained without the prompt.
"""

import json
import os
import sys
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import torch
from datasets import Dataset, load_dataset
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, LlamaForSequenceClassification, PreTrainedTokenizerFast
from trl import DPOConfig, DPOTrainer, KTOConfig, KTOTrainer, RewardConfig, RewardTrainer

ROWS = 4
TEMPLATE = (
    "{% for m in messages %}{{ '<' + m['role'] + '>' + m['content'] + eos_token }}{% endfor %}{% if add_generation_prompt %}{{ '<assistant>' }}{% endif %}"
)


def tiny_tokenizer() -> PreTrainedTokenizerFast:
    """A token for each byte."""
    tokens = ["<pad>", "<eos>", *sorted(pre_tokenizers.ByteLevel.alphabet())]
    tokenizer = Tokenizer(models.BPE(vocab={token: index for index, token in enumerate(tokens)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>", eos_token="<eos>")
    fast.chat_template = TEMPLATE
    return fast


def tiny_config(tokenizer: PreTrainedTokenizerFast) -> LlamaConfig:
    return LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        num_labels=1,
    )


def steps(data: Dataset, folder: str) -> dict[str, float]:
    """The loss of one step of each trainer."""
    tokenizer = tiny_tokenizer()
    config = tiny_config(tokenizer)
    settings = {
        "output_dir": folder,
        "max_steps": 1,
        "per_device_train_batch_size": ROWS,
        "max_length": 4096,
        "use_cpu": True,
        "report_to": [],
        "save_strategy": "no",
        "disable_tqdm": True,
    }
    common = {"train_dataset": data, "processing_class": tokenizer}
    policies = {"model": LlamaForCausalLM(config), "ref_model": LlamaForCausalLM(config)}
    if "label" in data.column_names:
        trainers = {"kto": KTOTrainer(args=KTOConfig(**settings), **policies, **common)}
    else:
        reward = {"model": LlamaForSequenceClassification(config)}
        trainers = {
            "dpo": DPOTrainer(args=DPOConfig(**settings), **policies, **common),
            "reward": RewardTrainer(args=RewardConfig(**settings), **reward, **common),
        }
    return {name: trainer.train().training_loss for name, trainer in trainers.items()}


def check(path: str, folder: str) -> dict[str, object]:
    data = load_dataset("json", data_files=path, split="train", cache_dir=os.path.join(folder, "cache"))
    result = {"rows": len(data), "columns": data.column_names}
    first = data[0]
    if isinstance(first.get("prompt"), str) and isinstance(first.get("chosen"), list):
        data = data.remove_columns("prompt")
    return {**result, **steps(data.select(range(min(ROWS, len(data)))), folder)}


if __name__ == "__main__":
    torch.manual_seed(0)
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as scratch:
        print(json.dumps({os.path.basename(path): check(path, scratch) for path in sys.argv[1:]}))
