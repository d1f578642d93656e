"""Brief pairs: small tasks whose right answer is short and known, against longer, prettier or likelier-looking texts
that do not do what is asked.

Judges' labels hold almost no case in which three words are the whole right answer. These do: the name of a thing of the
kind that was asked for, a sorted list, a sentence given back, yes or no.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

# A brief right answer against one that misses the task, and against one that does it at needless length.
MISSED, LENGTHY = 0.9, 0.65

KINDS = {
    "fruit": "apple banana cherry grape lemon mango orange peach pear plum melon fig kiwi apricot".split(),
    "animal": "dog cat horse cow lion tiger rabbit fox bear wolf goat sheep monkey zebra".split(),
    "vegetable": "carrot potato onion spinach cabbage broccoli pea bean celery leek turnip pumpkin".split(),
    "colour": "red blue green yellow purple orange pink brown black white grey turquoise".split(),
    "metal": "iron copper gold silver zinc tin lead nickel aluminium platinum".split(),
    "tool": "hammer saw drill wrench screwdriver pliers chisel ladder axe shovel".split(),
    "musical instrument": "piano violin guitar flute drum trumpet cello harp clarinet saxophone".split(),
    "sport": "football tennis swimming boxing rowing cricket hockey golf skiing fencing".split(),
    "planet": "Mercury Venus Mars Jupiter Saturn Uranus Neptune Earth".split(),
    "programming language": "Python Java Rust Haskell Ruby Swift Go Perl Scala Kotlin".split(),
    "country": "France Brazil Japan Kenya Canada Norway Egypt India Peru Vietnam Spain Ghana".split(),
    "city": "Paris London Tokyo Cairo Lima Oslo Berlin Madrid Nairobi Toronto Rome Lisbon".split(),
    "profession": "teacher nurse carpenter lawyer baker plumber engineer farmer pilot judge".split(),
    "piece of furniture": "table chair bed sofa desk bookcase wardrobe stool bench dresser".split(),
}
CAPITALS = dict(
    item.split(":")
    for item in (
        "France:Paris Germany:Berlin Italy:Rome Spain:Madrid Portugal:Lisbon Norway:Oslo Sweden:Stockholm Egypt:Cairo "
        "Kenya:Nairobi Japan:Tokyo China:Beijing India:Delhi Canada:Ottawa Peru:Lima Chile:Santiago Cuba:Havana "
        "Greece:Athens Austria:Vienna Poland:Warsaw Ireland:Dublin Iran:Tehran Iraq:Baghdad Thailand:Bangkok"
    ).split()
)
OPPOSITES = dict(
    item.split(":")
    for item in (
        "hot:cold big:small fast:slow early:late light:dark open:closed happy:sad rich:poor strong:weak full:empty "
        "clean:dirty old:young wet:dry loud:quiet easy:hard near:far high:low thick:thin true:false"
    ).split()
)
COUNTS = {2: "two", 3: "three", 4: "four", 5: "five"}
BARE = ["", "", " Nothing else.", " Answer in as few words as possible.", " Just the answer, please.", " Be brief.", " No explanation."]
LECTURE = [
    "{} is a fascinating topic that has been discussed for a long time.",
    "There are many things to consider when it comes to {}.",
    "Many experts have different opinions about {}, and it is important to look at it from several angles.",
    "To understand {} better, it helps to look at its history and at how people use the term today.",
    "In conclusion, {} plays an important role in many areas of life.",
    "It is always a good idea to do more research about {} and to consult trusted sources.",
    "Here are some key points about {}:\n\n1. **Background**: it has a long history.\n2. **Importance**: it matters to many people.\n3. **Outlook**: it will continue to develop.",
]


@dataclass(frozen=True)
class BriefPair:
    kind: str
    instruction: str
    better: str
    worse: str
    probability: float


def choose(rng: np.random.Generator, options):
    return options[int(rng.integers(len(options)))]


def some(rng: np.random.Generator, words: list[str], count: int) -> list[str]:
    return [words[i] for i in rng.permutation(len(words))[:count]]


def listed(rng: np.random.Generator, words: list[str]) -> str:
    form = int(rng.integers(4))
    if form == 0:
        return ", ".join(words)
    if form == 1:
        return "\n".join(f"{index}. {word.capitalize()}" for index, word in enumerate(words, 1))
    if form == 2:
        return "\n".join(f"- {word}" for word in words)
    return (", ".join(words[:-1]) + f" and {words[-1]}" if len(words) > 1 else words[0]).capitalize() + "."


def lecture(rng: np.random.Generator, topic: str) -> str:
    return choose(rng, [" ", "\n\n"]).join(line.format(topic) for line in some(rng, LECTURE, int(rng.integers(2, 6))))


def name_some(rng):
    kind, other = some(rng, list(KINDS), 2)
    count = int(rng.integers(1, 6))
    asked = f"a {kind}" if count == 1 else f"{COUNTS[count]} kinds of {kind}" if kind.endswith("furniture") else f"{COUNTS[count]} {kind}s"
    asked = asked.replace("countrys", "countries").replace("citys", "cities").replace("kinds of piece", "pieces").replace("a animal", "an animal")
    instruction = choose(rng, ["Name {}.", "List {}.", "Give me {}.", "Can you name {}?", "I need {}."]).format(asked)
    return instruction, listed(rng, some(rng, KINDS[kind], count)), listed(rng, some(rng, KINDS[other], count)), kind


def capital(rng):
    country, other = some(rng, list(CAPITALS), 2)
    instruction = choose(rng, ["What is the capital of {}?", "Name the capital of {}.", "Which city is the capital of {}?"]).format(country)
    form = choose(rng, ["{1}", "{1}.", "The capital of {0} is {1}."])
    return instruction, form.format(country, CAPITALS[country]), form.format(country, CAPITALS[other]), country


def opposite(rng):
    word, other = some(rng, list(OPPOSITES), 2)
    instruction = choose(rng, ['What is the opposite of "{}"?', "Give an antonym of {}.", "Opposite of {}?"]).format(word)
    form = choose(rng, ["{}", "{}.", "The opposite is {}."])
    return instruction, form.format(OPPOSITES[word]), form.format(OPPOSITES[other]), word


def order(rng):
    words = some(rng, [word.lower() for kind in KINDS.values() for word in kind], int(rng.integers(3, 7)))
    instruction = choose(rng, ["Sort these words alphabetically: {}", "Put the following words in alphabetical order: {}."]).format(", ".join(words))
    right = sorted(words)
    wrong = some(rng, words, len(words)) if rng.random() < 0.5 else some(rng, [w for kind in KINDS.values() for w in kind], len(words))
    return instruction, ", ".join(right), ", ".join(wrong), "alphabetical order"


def yes_or_no(rng):
    kind, other = some(rng, list(KINDS), 2)
    true = rng.random() < 0.5
    word = choose(rng, KINDS[kind if true else other])
    instruction = choose(rng, ["Is {} a {}? Answer yes or no.", "Yes or no: is {} a {}?"]).format(word, kind)
    yes, no = choose(rng, [("Yes", "No"), ("yes", "no"), ("Yes.", "No.")])
    return instruction, yes if true else no, no if true else yes, word


def sum_up(rng):
    a, b = int(rng.integers(2, 60)), int(rng.integers(2, 60))
    sign, result = choose(rng, [("plus", a + b), ("times", a * b), ("+", a + b), ("*", a * b)])
    instruction = choose(rng, ["What is {} {} {}?", "Calculate {} {} {}.", "{} {} {} ="]).format(a, sign, b)
    form = choose(rng, ["{}", "The answer is {}.", f"{a} {sign} {b} = {{}}"])
    return instruction, form.format(result), form.format(choose(rng, ["unknown", "not possible", "a number"])), "arithmetic"


def give_back(rng):
    kind, other = some(rng, list(KINDS), 2)
    form = choose(rng, ["My favourite {} is {}.", "We saw a {} called {} yesterday.", "Nobody knew which {} it was, perhaps {}."])
    said, wrong = form.format(kind, choose(rng, KINDS[kind])), form.format(other, choose(rng, KINDS[other]))
    instruction = choose(rng, ["Repeat this sentence: {}", 'Copy the following text exactly: "{}"', "Write this again: {}"]).format(said)
    return instruction, said, wrong, "this sentence"


TASKS: dict[str, Callable] = {
    "name": name_some,
    "capital": capital,
    "opposite": opposite,
    "order": order,
    "yes-or-no": yes_or_no,
    "sum": sum_up,
    "give-back": give_back,
}


def brief_pair(rng: np.random.Generator, other: str) -> BriefPair:
    """``other`` = a good long answer to some other instruction."""
    kind = choose(rng, list(TASKS))
    instruction, right, wrong, topic = TASKS[kind](rng)
    instruction += choose(rng, BARE)
    draw = rng.random()
    if draw < 0.35:
        return BriefPair(f"{kind}-wrong", instruction, right, wrong, MISSED)
    if draw < 0.6:
        return BriefPair(f"{kind}-lecture", instruction, right, lecture(rng, topic), MISSED)
    if draw < 0.8:
        return BriefPair(f"{kind}-other", instruction, right, other, MISSED)
    if draw < 0.9:
        return BriefPair(f"{kind}-missed", instruction, right, f"{lecture(rng, topic)} {wrong}", MISSED)
    return BriefPair(f"{kind}-lengthy", instruction, right, f"{right} {lecture(rng, topic)}", LENGTHY)
