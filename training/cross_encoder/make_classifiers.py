"""Writes small reward models of each known architecture with random weights, and what PyTorch makes of some texts:
``python -m cross_encoder.make_classifiers FOLDER``, one folder in it for each. They are fixtures of the tests."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    DebertaV2Config,
    DebertaV2ForSequenceClassification,
    RobertaConfig,
    RobertaForSequenceClassification,
    XLMRobertaConfig,
    XLMRobertaForSequenceClassification,
)

from .make_pairrm import COMMON, TINY, full_text
from .tokenizer import unigram

KINDS = {
    "bert": (BertForSequenceClassification, BertConfig, {"max_position_embeddings": 512}),
    "roberta": (RobertaForSequenceClassification, RobertaConfig, {"max_position_embeddings": 514, "pad_token_id": 0}),
    "xlm-roberta": (
        XLMRobertaForSequenceClassification,
        XLMRobertaConfig,
        {"max_position_embeddings": 514, "pad_token_id": 0},
    ),
    "deberta-v2": (DebertaV2ForSequenceClassification, DebertaV2Config, COMMON),
}
CASES = [
    ["hello!", "hi!"],
    ["", ""],
    ["Boil an egg.", ["Put it in water. ", 12, "Done."]],
    [["The quick brown fox. ", 10, "Why?"], ["Nobody knows. ", 20, "Bye."]],
]


def main(output: Path) -> None:
    for kind, (model_class, config_class, settings) in KINDS.items():
        torch.manual_seed(1)
        double = "roberta" in kind
        tokenizer = unigram("<s>" if double else "[CLS]", "</s>" if double else "[SEP]")
        config = config_class(vocab_size=tokenizer.get_vocab_size(), num_labels=1, **{**TINY, **settings})
        model = model_class(config).eval()
        for name, parameter in model.named_parameters():
            normal = "LayerNorm" in name and name.endswith("weight")
            torch.nn.init.normal_(parameter, 1 if normal else 0, 0.1 if normal else 0.3)
        folder = output / kind
        model.save_pretrained(folder, safe_serialization=True)
        tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
        cls, sep = (tokenizer.token_to_id(token) for token in (("<s>", "</s>") if double else ("[CLS]", "[SEP]")))
        cases = []
        for texts in CASES:
            first, second = (tokenizer.encode(full_text(text), add_special_tokens=False).ids for text in texts)
            start = [cls, *first, sep, *([sep] if double else [])]
            ids = [*start, *second, sep]
            types = [0] * len(start) + [1] * (len(second) + 1)
            given = {"input_ids": torch.tensor([ids]), "attention_mask": torch.ones(1, len(ids), dtype=torch.long)}
            if kind == "bert":
                given["token_type_ids"] = torch.tensor([types])
            with torch.inference_mode():
                score = model(**given).logits.item()
            cases.append({"texts": texts, "ids": ids, "score": score})
        print(kind, [(len(case["ids"]), case["score"]) for case in cases])
        (folder / "parity.json").write_text(json.dumps(cases))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
