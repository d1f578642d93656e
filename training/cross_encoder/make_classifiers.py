"""Writes small classifiers of each known architecture with random weights, and what PyTorch makes of some texts:
``python -m cross_encoder.make_classifiers FOLDER``, one folder in it for each. They are fixtures of the tests."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path

import torch
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    DebertaV2Config,
    DebertaV2ForSequenceClassification,
    ModernBertConfig,
    ModernBertForSequenceClassification,
    RobertaConfig,
    RobertaForSequenceClassification,
    XLMRobertaConfig,
    XLMRobertaForSequenceClassification,
)

from .make_pairrm import COMMON, TINY, full_text
from .tokenizer import byte_pairs, unigram

BERT = (BertForSequenceClassification, BertConfig)
ROBERTA = (RobertaForSequenceClassification, RobertaConfig)
XLM_ROBERTA = (XLMRobertaForSequenceClassification, XLMRobertaConfig)
DEBERTA = (DebertaV2ForSequenceClassification, DebertaV2Config)
MODERN_BERT = (ModernBertForSequenceClassification, ModernBertConfig)
MODERN = {
    "num_hidden_layers": 4,
    "local_attention": 16,
    "max_position_embeddings": 1024,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "cls_token_id": 1,
    "eos_token_id": 2,
    "sep_token_id": 2,
}
TEXTS = ["{task}", "{text}"]
DEGREES = ["left by far", "left", "right", "right by far"]


@dataclass(frozen=True)
class Kind:
    """One fixture. Without ``ranker`` it has no ``ranker.json``: ``config.json`` says how it is used."""

    classes: tuple
    settings: dict
    labels: list[str] = field(default_factory=lambda: ["LABEL_0"])
    input: list[str] = field(default_factory=lambda: TEXTS)
    better: list[int] = field(default_factory=lambda: [0])
    worse: list[int] = field(default_factory=list)
    ranker: dict | None = None
    special_tokens: tuple[str, str] = ("[CLS]", "[SEP]")
    tokenizer: object = unigram


KINDS = {
    "bert": Kind(BERT, {"max_position_embeddings": 512}),
    "roberta": Kind(ROBERTA, {"max_position_embeddings": 514, "pad_token_id": 0}, special_tokens=("<s>", "</s>")),
    "xlm-roberta": Kind(XLM_ROBERTA, {"max_position_embeddings": 514, "pad_token_id": 0}, special_tokens=("<s>", "</s>")),
    "deberta-v2": Kind(DEBERTA, COMMON),
    "deberta-v2-chosen": Kind(DEBERTA, COMMON, labels=["rejected", "chosen"], better=[1], worse=[0]),
    "modernbert": Kind(MODERN_BERT, MODERN, tokenizer=byte_pairs),
    "bert-degrees": Kind(
        BERT,
        {"max_position_embeddings": 512},
        labels=DEGREES,
        input=["Question: {task}", "A: {left}[SEP]B: {right}"],
        better=[0, 1],
        worse=[2, 3],
        ranker={"better": DEGREES[:2], "worse": DEGREES[2:]},
    ),
    "roberta-pairs": Kind(
        ROBERTA,
        {"max_position_embeddings": 514, "pad_token_id": 0, "num_hidden_layers": 1},
        labels=["LABEL_0", "LABEL_1"],
        input=["{task}", "{left}</s>{right}"],
        worse=[1],
        ranker={"better": "LABEL_0", "worse": "LABEL_1"},
        special_tokens=("<s>", "</s>"),
    ),
    "deberta-v2-pairs": Kind(
        DEBERTA,
        {**COMMON, "num_hidden_layers": 1},
        input=["{task}[SEP]{left}[SEP]{right}"],
        ranker={"max_length": 600},
    ),
    "modernbert-arena": Kind(
        MODERN_BERT,
        {**MODERN, "classifier_pooling": "mean", "norm_bias": True, "attention_bias": True, "classifier_bias": True},
        labels=["winner_model_a", "winner_model_b", "winner_tie"],
        input=["<prompt>: {task}\n\n<response_a>: {left}\n\n<response_b>: {right}"],
        worse=[1],
        ranker={},
        tokenizer=byte_pairs,
    ),
}
# Task and answers, the last of which only pairwise ones read.
CASES = [
    ["hello!", "hi!", "get out!"],
    ["", "", ""],
    ["Boil an egg.", ["Put it in water. ", 12, "Done."], "I do not know."],
    [["The quick brown fox. ", 10, "Why?"], ["Nobody knows. ", 20, "Bye."], ["It is lazy. ", 6, ""]],
]


def main(output: Path) -> None:
    for name, kind in KINDS.items():
        torch.manual_seed(1)
        model_class, config_class = kind.classes
        tokenizer = kind.tokenizer(*kind.special_tokens)
        config = config_class(
            vocab_size=tokenizer.get_vocab_size(),
            id2label=dict(enumerate(kind.labels)),
            label2id={label: index for index, label in enumerate(kind.labels)},
            **{**TINY, **kind.settings},
        )
        model = model_class(config).eval()
        for parameter_name, parameter in model.named_parameters():
            normal = "norm" in parameter_name.lower() and parameter_name.endswith("weight")
            torch.nn.init.normal_(parameter, 1 if normal else 0, 0.1 if normal else 0.3)
        folder = output / name
        model.save_pretrained(folder, safe_serialization=True)
        if name == "modernbert":
            write_published_config(folder / "config.json")
        tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
        if kind.ranker is not None:
            given = kind.input if len(kind.input) > 1 else kind.input[0]
            (folder / "ranker.json").write_text(json.dumps({"input": given, **kind.ranker}, indent=2) + "\n")
        cases = [parity(kind, model, tokenizer, texts) for texts in CASES]
        print(name, [(len(case["ids"]), case["score"]) for case in cases])
        (folder / "parity.json").write_text(json.dumps(cases))


def write_published_config(path: Path) -> None:
    """The words of the published ModernBERT, which later versions of transformers put differently."""
    config = json.loads(path.read_text())
    rope = config.pop("rope_parameters")
    del config["layer_types"]
    config["global_attn_every_n_layers"] = 3
    config["global_rope_theta"] = rope["full_attention"]["rope_theta"]
    config["local_rope_theta"] = rope["sliding_attention"]["rope_theta"]
    path.write_text(json.dumps(config, indent=2) + "\n")


def parity(kind: Kind, model, tokenizer, texts: list) -> dict:
    """What PyTorch makes of one case: the log-odds of the labels that say better against those that say worse."""
    pairwise = "{left}" in "".join(kind.input)
    used = texts if pairwise else texts[:2]
    names = ["{task}", "{left}", "{right}"] if pairwise else TEXTS
    begin, end = (tokenizer.token_to_id(token) for token in kind.special_tokens)
    ids, types = [begin], [0]
    for index, template in enumerate(kind.input):
        for placeholder, text in zip(names, used, strict=True):
            template = template.replace(placeholder, full_text(text))
        if index > 0 and kind.special_tokens[0] == "<s>":
            ids.append(end)
            types.append(0)
        part = [*tokenizer.encode(template, add_special_tokens=False).ids, end]
        ids += part
        types += [index] * len(part)
    given = {"input_ids": torch.tensor([ids]), "attention_mask": torch.ones(1, len(ids), dtype=torch.long)}
    if kind.classes is BERT:
        given["token_type_ids"] = torch.tensor([types])
    with torch.inference_mode():
        logits = model(**given).logits[0]
    score = logits[kind.better].logsumexp(0)
    if kind.worse:
        score = score - logits[kind.worse].logsumexp(0)
    return {"texts": used, "ids": ids, "score": score.item()}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
