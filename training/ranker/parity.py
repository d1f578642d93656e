"""Writes what this side makes of awkward texts, for the test that TypeScript makes the same of them:
``python -m ranker.parity FOLDER FILE``."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from .folder import load_model, read_folder, torch_scorer

TEXTS = [
    "",
    " \n\t ",
    "Plain words, and a number: 3.14159.",
    "don't can't it's o'clock 'quoted' \"double\" “curly” ‘single’ — dash … ellipsis",
    "Grüße aus Zürich, naïve café, Ångström, ﬁne ﬂight, İstanbul, ẞ, ǅ",
    "世界您好。日本語のテキスト、カタカナ、ｆｕｌｌｗｉｄｔｈ。한국어 문장입니다.",
    "مرحبا بالعالم، שלום עולם, नमस्ते दुनिया, สวัสดีชาวโลก, Привет, мир! Γειά σου",
    "👩‍👩‍👧‍👦 family 🇪🇺 flag 👍🏽 skin 🏳️‍🌈 🤖 end",
    "a NUL \0 in between, \x01 control, \x7f delete, \u200b zero width, \ufeff mark, \u00ad soft hyphen, \ufffd lost",
    "\n\n \n a\n\n\n\nb\n \nc\r\nd\n",
    "ΟΔΟΣ ΤΟΥ ΣΩΚΡΑΤΗΣ, Σ. 𠮷𠮷野家 and 𪚥 rare, 𠀀end",
    "tabs\tand\r\nlines\u2028separators\u00a0and\u3000spaces",
    "[CLS] a [SEP] b [PAD] [MASK] [UNK] </s> <s> <unk> <|im_end|> <|candidate1|>",
    "## Heading\n\n1. **Bold** item\n2. `code` item\n\n```python\nprint('x' * 10)\n```\n\n| a | b |\n|---|---|",
    "x" * 150 + " " + "y" * 99 + " " + "z" * 100 + " " + "w" * 101,
    "e\u0301 combining, \u1100\u1161\u11a8 jamo, ⅷ ② ½ ™ ℃, 𝕄𝕒𝕥𝕙, ∑∫√≠ €£¥ ©®",
    "half \ud800 of \udc00 a pair",
    "http://example.org/path?query=1&other=two#part user@example.org C:\\path\\file.txt",
    "word " * 3000 + "end",
    "ab😀" * 9_000,
]
INSTRUCTION = "Say something — [SEP] anything, 世界!"


def main(folder: str, output: str) -> None:
    ranker = read_folder(folder)
    score = torch_scorer(load_model(ranker), ranker.encoder)
    cases = []
    for instruction, text in [*((INSTRUCTION, text) for text in TEXTS), *((text, "An answer.") for text in TEXTS)]:
        encoded = ranker.encoder.encode(instruction, text)
        value = float(score([(instruction, text)])[0])
        cases.append({"instruction": instruction, "text": text, **asdict(encoded), "score": value})
    # One line a case; texts that repeat a part are long, so they are written as [part, times, end].
    shorter = {json.dumps("word " * 3000 + "end"): ["word ", 3000, "end"], json.dumps("ab😀" * 9_000): ["ab😀", 9000, ""]}
    for case in cases:
        for key in ("instruction", "text"):
            case[key] = shorter.get(json.dumps(case[key]), case[key])
    cases = [case for case in cases if all(isinstance(case[k], list) or len(case[k]) < 2000 for k in ("instruction", "text"))]
    Path(output).write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
