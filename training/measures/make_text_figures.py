"""Writes what rouge_score and sacrebleu make of difficult texts, as a fixture of the tests:
``python -m measures.make_text_figures FILE``."""

from __future__ import annotations

import json
import random
import sys
from itertools import product
from pathlib import Path

import sacrebleu
from nltk.stem.porter import PorterStemmer
from rouge_score import rouge_scorer, tokenizers
from sacrebleu.metrics import BLEU, CHRF

ROUGE = ["rouge1", "rouge2", "rougeL", "rougeLsum"]
TOKENIZERS = ["13a", "intl", "zh", "char", "none"]
SMOOTHING = ["exp", "floor", "add-k", "none"]

# A candidate and its references.
CASES: list[tuple[str, list[str]]] = [
    ("", ["the cat sat"]),
    ("the cat sat", [""]),
    ("", [""]),
    (" \n\t ", ["the cat"]),
    ("the", ["the"]),
    ("the cat", ["the cat"]),
    ("The cat sat on the mat.", ["The cat sat on the mat."]),
    ("the cat sat on the mat", ["a dog lay under a table"]),
    ("the the the the the the the", ["the cat is on the mat", "there is a cat on the mat"]),
    (
        "It is a guide to action which ensures that the military always obeys the commands of the party.",
        [
            "It is a guide to action that ensures that the military will forever heed Party commands.",
            "It is the guiding principle which guarantees the military forces always being under the command of the Party.",
        ],
    ),
    ("Don't you think it's John's? They'll've gone; we're late.", ["Do not you think it is Johns? They will have gone, we are late."]),
    ("I can’t—won’t—shouldn’t “quote” this…", ["I can't - won't - shouldn't \"quote\" this..."]),
    ("Pay $1,234.56 (about 10-20%) by 2024-01-31, at 3:30pm; v1.2.3.", ["Pay $1,234.5 (about 10–20 %) by 31.01.2024, at 15:30; v1.2."]),
    ("In 1990. The 3.5 and .5 and 5. and 1,000,000", ["In 1990 . The 3,5 and 0.5 and 5 and 1.000.000"]),
    ("a-b-c 3-4 x-5 6-y well-known co-\noperate", ["a b c 3 - 4 x - 5 6 - y well known cooperate"]),
    ("AT&amp;T said &quot;x &lt; y&quot; <skipped> &gt;", ['AT&T said "x < y" >']),
    ("C++ and C# and .NET and node.js; f(x)=x^2 + {a}[b] ~`|\\", ["C and C# and NET and nodejs; f(x) = x^2 + {a} [b]"]),
    ("http://example.com/a?b=c&d=e#f user@example.com @name #tag", ["See http://example.com/a?b=c or mail user@example.com"]),
    ("First line is here.\nSecond line is there.\nThird.", ["Third.\nFirst line was here.\nSecond line is not there."]),
    ("one two three\n\nfour five\n", ["four five\none two three four"]),
    ("one two. three four. one two.", ["one two.\nthree four."]),
    ("\n\n\n", ["a\nb"]),
    ("the cat\r\nsat on\rthe mat\x0bnow\x0cthen\x85end\u2028x\u2029y", ["the cat sat on the mat now then end x y"]),
    ("word\x1cother\x1dthird\x1efourth\x1ffifth", ["word other third fourth fifth"]),
    ("no\u00a0break\u2009thin\u3000wide\ufeffmark\u200bzero", ["no break thin wide mark zero"]),
    ("trailing \ufeff", ["trailing"]),
    ("Der schnelle braune Fuchs springt über den faulen Hund, naïve café Ålesund.", ["Der schnelle Fuchs springt über die faulen Hunde, naive Cafe Alesund."]),
    ("Straße STRASSE İstanbul ıi ΑΣ ας Ǆ", ["strasse straße istanbul ii ασ ας ǆ"]),
    ("cafe\u0301 caf\u00e9 e\u0301", ["caf\u00e9 cafe\u0301 \u00e9"]),
    ("今天天气很好，我们去公园吧。", ["今天天气不错，我们一起去公园。"]),
    ("我有2个iPhone 15和3.5元。ＡＢＣ１２３", ["我有两个iPhone 15和3.5元。ABC123"]),
    ("𠀀𠀁𪛖 中文—测试…→完", ["𠀀 𪛖 中文测试完"]),
    ("私は猫が好きです。カタカナとひらがな", ["私は犬が好きです。カタカナ"]),
    ("저는 고양이를 좋아합니다.", ["저는 강아지를 좋아해요."]),
    ("Привет, как дела? Всё хорошо.", ["Привет! Как дела? Все хорошо."]),
    ("مرحبا، كيف حالك؟", ["مرحبا كيف الحال؟"]),
    ("नमस्ते दुनिया। कैसे हैं?", ["नमस्ते, दुनिया!"]),
    ("I love it 😀👍🏽 family 👨‍👩‍👧 flag 🇩🇪!", ["I love it 😀👍 family 👨‍👩‍👧‍👦 flag 🇫🇷!"]),
    ("😀", ["😀"]),
    ("😀😀😀😀😀😀", ["😀😀😀"]),
    ("€5 £6 ¥7 ±8 ×9 ÷10 ²³½ Ⅳ ٣", ["€ 5 £ 6 ¥ 7 ± 8 × 9 ÷ 10 2 3 1/2 IV 3"]),
    ("(hi) 'hi' !hi! ... -- a. .b !", ["(hi 'hi !hi ... - a .b !"]),
    (
        "generalizations generously running flies dies died tying skies happily relational conditional",
        ["generalization generous run fly die dying tie sky happy relate condition"],
    ),
    ("Running runs ran runner's easily fairness agreed feed", ["run run run runner easy fair agree feeding"]),
    ("a b c d e", ["a b c d e f g h i j", "a b", "a b c d e z"]),
    ("x y", ["a b c", "x", "x y z w", "x y z"]),
    ("word " * 60, ["word " * 40 + "other " * 5]),
    ("snake_case and CamelCase and kebab-case 2nd 3rd", ["snake case camelcase kebab case second third"]),
    ("1. First item\n2. Second item\n- bullet\n* star\n## Head", ["First item\nSecond item\nbullet\nstar\nHead"]),
    ("```python\nprint('hi')\n```", ["print('hi')"]),
    ("Dr. Smith went to Washington D.C. on Jan. 5. He left at 5 p.m. It rained.", ["Dr. Smith went to Washington. He left at five."]),
    ("tab\tseparated\tvalues", ["tab separated values"]),
    ("null\x00byte", ["null byte"]),
]

WORDS = "the a cat dog sat on mat quickly running houses relational 42 3.5 don't well-known (yes), no; über 中文 😀 end.".split()
ROOTS = """
gener hop fall tann hiss fil control operat sensit hesit adjust depend communic electric hope form relat y spy
enjoy agre trouble oat ivi archaeolog geolog fulli call roll ceas rat prob eleven
""".split()
SUFFIXES = (
    " s es ies ied ed ing eed ational tional enci anci izer abli bli alli entli eli ousli ization ation ator alism"
    " iveness fulness ousness aliti iviti biliti fulli logi icate ative alize iciti ical ful ness al ance ence er ic able"
    " ible ant ement ment ent sion tion ion ou ism ate iti ous ive ize e ll y yy ly"
).split(" ")
IRREGULAR = """
sky skies dying lying tying news innings inning outings outing cannings canning howe proceed exceed succeed
dies ties died flies say says by oed eing
""".split()


def random_cases(count: int) -> list[tuple[str, list[str]]]:
    draw = random.Random(7)

    def text() -> str:
        words = draw.choices(WORDS, k=draw.randrange(0, 25))
        return "".join(word + draw.choices([" ", "  ", "\n", ""], [20, 1, 2, 1])[0] for word in words)

    return [(text(), [text() for _ in range(draw.randrange(1, 4))]) for _ in range(count)]


def figures(candidate: str, references: list[str]) -> dict:
    scores = {}
    for stem in (True, False):
        # A tokenizer of its own, as the scorer would otherwise take any true value for it.
        scorer = rouge_scorer.RougeScorer(ROUGE, tokenizer=tokenizers.DefaultTokenizer(stem))
        best = [scorer.score(reference, candidate) for reference in references]
        for kind in ROUGE:
            score = max((each[kind] for each in best), key=lambda figure: figure.fmeasure)
            scores[f"{kind}{'' if stem else ':no-stem'}"] = score.fmeasure
        if stem:
            scores["rouge1:precision"], scores["rouge1:recall"] = best[0]["rouge1"].precision, best[0]["rouge1"].recall
    for tokenizer in TOKENIZERS:
        bleu = BLEU(tokenize=tokenizer, effective_order=True)
        scores[f"bleu:{tokenizer}"] = bleu.sentence_score(candidate, references).score
    for smoothing in SMOOTHING[1:]:
        scores[f"bleu:smooth:{smoothing}"] = BLEU(smooth_method=smoothing, effective_order=True).sentence_score(candidate, references).score
    scores["bleu:lc"] = BLEU(lowercase=True, effective_order=True).sentence_score(candidate, references).score
    for order in (0, 1, 2):
        scores[f"chrf:{order}"] = CHRF(word_order=order).sentence_score(candidate, references).score
    scores["chrf:lc"] = CHRF(lowercase=True).sentence_score(candidate, references).score
    return scores


def corpus(cases: list[tuple[str, list[str]]]) -> dict:
    candidates = [candidate for candidate, _ in cases]
    # One list for each place among the references; None where an answer has fewer.
    places = max(len(references) for _, references in cases)
    streams = [[references[place] if place < len(references) else None for _, references in cases] for place in range(places)]
    scores = {f"bleu:{tokenizer}": BLEU(tokenize=tokenizer).corpus_score(candidates, streams).score for tokenizer in TOKENIZERS}
    scores |= {f"bleu:smooth:{smoothing}": BLEU(smooth_method=smoothing).corpus_score(candidates, streams).score for smoothing in SMOOTHING[1:]}
    scores |= {f"chrf:{order}": CHRF(word_order=order).corpus_score(candidates, streams).score for order in (0, 1, 2)}
    return scores


def main() -> None:
    cases = CASES + random_cases(40)
    parts = {"all": (0, len(cases)), "few": (4, 8), "one": (6, 7), "short": (0, 6)}
    stemmer = PorterStemmer()
    words = sorted({root + suffix for root, suffix in product(ROOTS, SUFFIXES)} | set(IRREGULAR))
    content = {
        "made by": f"rouge_score 0.1.2, sacrebleu {sacrebleu.__version__}",
        "cases": [{"candidate": candidate, "references": references, "figures": figures(candidate, references)} for candidate, references in cases],
        "corpora": [{"from": start, "to": end, "figures": corpus(cases[start:end])} for start, end in parts.values()],
        "stems": " ".join(f"{word}:{stemmer.stem(word)}" for word in words),
    }
    Path(sys.argv[1]).write_text(json.dumps(content, indent=1, ensure_ascii=True) + "\n")


if __name__ == "__main__":
    main()
