"""Small tasks of many kinds: the right answer is short, or has the form that was asked for, and stands against a near miss,
the right thing wrapped in talk, the wrong form, or a lecture.

They go beyond `ranker.brief`, with which a ranker is first trained: here half of what is learned is that the instruction
decides which form is right. ``UNSEEN`` kinds are never trained on and show whether that carries over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .brief import CAPITALS, KINDS, MISSED, BriefPair, choose, lecture, listed, some
from .hard import BOASTS, REFUSALS
from .task_texts import DEFINITIONS, DEMANDS, DULL, FACTS, NUMBER_DEMANDS, TALK, TALK_UNSEEN, TALKATIVE, TOPICS, TRUTHS, WORDS

# Where brevity was demanded, the bare answer against the same with talk around it.
WRAPPED = 0.85
# Part of the pairs whose worse text is the right answer with a trick.
TRICKED = 0.25


@dataclass(frozen=True)
class Task:
    """An instruction, an answer that does it, and one of its form that does not."""

    instruction: str
    right: str
    wrong: str
    topic: str
    # Whether the instruction wants nothing beside the answer.
    only: bool = False


def lines(text: str) -> str:
    rows = text.split(" / ")
    return "\n".join(row[0].upper() + row[1:] for row in rows)


@dataclass(frozen=True)
class Form:
    """``about`` = what is no such text, but speaks of such texts."""

    asked: list[str]
    make: Callable[[np.random.Generator, list[str]], str]
    about: str


def letter(rng, row) -> str:
    name, sender = some(rng, "Anna Tom Maria Paul Lena Omar Ruth".split(), 2)
    return f"Dear {name},\n\nI have been thinking about {row[0]} all day. {row[1]} I would love to hear what you think.\n\nYours,\n{sender}"


def dialogue(rng, row) -> str:
    a, b = some(rng, "Anna Tom Maria Paul Lena Omar Ruth".split(), 2)
    return f"{a}: What do you think about {row[0]}?\n{b}: {row[1]}\n{a}: I did not know that.\n{b}: {row[2]}"


def quiz(rng, row) -> str:
    return choose(rng, ["What do you like most about {}?", "Why does {} matter to you?", "What comes to your mind when you think of {}?"]).format(row[0])


def joke(rng, row) -> str:
    return choose(
        rng,
        [
            "Why did {} go to school? To become a little brighter!",
            'What did the doctor say to {}? "You look a bit pale today."',
            'I told my boss a joke about {}. He said it had no point. I said: "Neither has our meeting."',
        ],
    ).format(row[0])


def story(rng, row) -> str:
    name = choose(rng, "Anna Tom Maria Paul Lena Omar Ruth".split())
    return choose(
        rng,
        [
            "Once upon a time there was a child called {0} who was afraid of {1}. One evening {0} took a lamp and went outside. Nothing happened, and from that day on the fear was gone.",
            '{0} had waited years for this day. "It is all about {1}," the old woman had said. Now {0} stood at the door, and at last understood.',
        ],
    ).format(name, row[0])


def slogan(rng, row) -> str:
    return choose(rng, ["{}: feel the difference!", "{}. Made for you.", "Say yes to {}!", "Life is better with {}."]).format(row[0].capitalize())


def article(row) -> str:
    return f"## {row[0].capitalize()}\n\n{row[1]} {row[2]}\n\n" + "\n".join(
        f"- **{name}**: {text}"
        for name, text in (("What it is", row[1]), ("More", row[2]), ("Why it matters", f"People all over the world care about {row[0]}."))
    )


FORMS = {
    "haiku": Form(
        ["Write a haiku about {}.", "Compose a haiku on {}.", "haiku about {} please"],
        lambda rng, row: lines(row[3]),
        "A haiku is a form of poem that comes from Japan. It has three lines of five, seven and five syllables and often speaks of nature.",
    ),
    "rhyme": Form(
        ["Write a rhyme about {}.", "Write a rhyming poem about {}.", "Give me two rhyming lines about {}."],
        lambda rng, row: lines(row[4]),
        "A poem is a text in which rhythm, sound and image matter as much as meaning. Many poems rhyme, but by no means all of them do.",
    ),
    "letter": Form(
        ["Write a short letter to a friend about {}.", "Write a letter about {}."],
        letter,
        "When you write a letter, it is important to think of the reader, to begin politely and to keep your points in order. End with a greeting.",
    ),
    "prose": Form(
        ["Explain what {} is.", "Describe {} in two plain sentences.", "What is {}?"],
        lambda rng, row: f"{row[1]} {row[2]}",
        "An explanation makes clear what something is or why it happens. Good explanations are short and use plain words.",
    ),
    "question": Form(
        ["Ask me a question about {}.", "Write one question about {}."],
        quiz,
        "Questions can be open or closed. Open questions invite long answers, closed questions can be answered in a word.",
    ),
    "joke": Form(
        ["Tell me a joke about {}.", "Make a joke about {}."],
        joke,
        "A joke is a short text that is meant to make people laugh. It usually has a build-up and an ending that comes as a surprise.",
    ),
    "story": Form(
        ["Tell me a short story about {}.", "Write the beginning of a story about {}."],
        story,
        "A story is an account of events, real or invented. Stories have characters, a place, a conflict and a resolution.",
    ),
    "data": Form(
        ["Write a JSON object with the keys topic and text about {}.", "Describe {} as JSON."],
        lambda rng, row: f'{{"topic": "{row[0]}", "text": "{row[1]}"}}',
        "JSON is a text format for data. It knows objects, lists, strings, numbers, truth values and null, and is used by many programs.",
    ),
}
FORMS_UNSEEN = {
    "headline": Form(
        ["Write a newspaper headline about {}.", "Give me a headline about {}."],
        lambda rng, row: row[5],
        "A headline is the title of a newspaper article. Good headlines are short, clear and make readers curious.",
    ),
    "slogan": Form(
        ["Write a slogan about {}.", "Invent an advertising slogan for {}."],
        slogan,
        "A slogan is a short phrase used in advertising. Companies spend a lot of money to find good ones.",
    ),
    "dialogue": Form(
        ["Write a short dialogue about {}.", "Write a conversation between two people about {}."],
        dialogue,
        "A dialogue is a conversation between two or more people. In books, dialogues show what characters think and want.",
    ),
}


def form_of(rng: np.random.Generator, word: str) -> str:
    return choose(rng, [word, word.lower(), f"{word}."])


def facts(rng):
    question, right, wrong = choose(rng, FACTS)
    form = int(rng.integers(1 << 30))
    said = [form_of(np.random.default_rng(form), word) for word in (right, wrong)]
    return Task(f"{question} {choose(rng, DEMANDS).format(what='answer')}", *said, right, True)


def only_word(rng):
    word, other = some(rng, [word for kind, words in KINDS.items() if kind != "colour" for word in words], 2)
    asked = choose(
        rng, ["Write only the word {}.", 'Reply with just "{}".', "Output {} and nothing else.", "Repeat after me: {}", "Answer with the single word {}."]
    )
    return Task(asked.format(word), word, other, word, True)


def near_sum(rng):
    a, b = int(rng.integers(2, 30)), int(rng.integers(2, 30))
    sign, result = choose(rng, [("+", a + b), ("-", a - b), ("*", a * b), ("plus", a + b), ("times", a * b), ("minus", a - b)])
    wrong = result + int(choose(rng, [-10, -3, -2, -1, 1, 2, 3, 10]))
    only = rng.random() < 0.5
    asked = choose(rng, ["What is {} {} {}?", "{} {} {}", "Compute {} {} {}.", "How much is {} {} {}?"]).format(a, sign, b)
    return Task(f"{asked} {choose(rng, NUMBER_DEMANDS)}" if only else asked, str(result), str(wrong), "numbers", only)


def truth(rng):
    question, right = choose(rng, TRUTHS)
    pair = choose(rng, [("yes", "no"), ("Yes", "No"), ("Yes.", "No.")])
    right, wrong = pair if right == "yes" else pair[::-1]
    return Task(f"{question} {choose(rng, ['Yes or no?', 'Answer only yes or no.', 'Just yes or no.'])}", right, wrong, "this question", True)


def letters(rng):
    word = choose(rng, [word for words in KINDS.values() for word in words if len(word) > 3])
    kind = int(rng.integers(4))
    asked, right, wrong = [
        ("Write {} in capital letters.", word.upper(), word.lower()),
        ("Write the word {} backwards.", word[::-1], word),
        ("What is the first letter of {}?", word[0].upper(), word[-1].upper() if word[-1].upper() != word[0].upper() else "?"),
        ("How many letters does the word {} have?", str(len(word)), str(len(word) + int(choose(rng, [-2, -1, 1, 2])))),
    ][kind]
    only = rng.random() < 0.5
    return Task(asked.format(word) + (" Nothing else." if only else ""), right, wrong, word, only)


def sequence(rng):
    start, step = int(rng.integers(1, 20)), int(rng.integers(2, 9))
    shown = [start + step * i for i in range(4)]
    right = shown[-1] + step
    return Task(
        f"What comes next: {', '.join(map(str, shown))}, ...? {choose(rng, NUMBER_DEMANDS)}",
        str(right),
        str(right + int(choose(rng, [-1, 1, step]))),
        "numbers",
        True,
    )


def which_kind(rng):
    kinds = some(rng, [kind for kind in KINDS if " " not in kind], 3)
    word = choose(rng, KINDS[kinds[0]])
    options = some(rng, kinds, 3)
    return Task(f"Is {word} a {options[0]}, a {options[1]} or a {options[2]}? One word.", kinds[0], kinds[1], word, True)


def count_items(rng):
    kind = choose(rng, [kind for kind in KINDS if " " not in kind])
    count, other = some(rng, ["two", "three", "four", "five"], 2)
    number = {"two": 2, "three": 3, "four": 4, "five": 5}
    words = some(rng, KINDS[kind], 5)
    form = int(rng.integers(1 << 30))
    said = [listed(np.random.default_rng(form), words[: number[name]]) for name in (count, other)]
    return Task(
        f"{choose(rng, ['Exactly', 'I need exactly', 'Just'])} {count} words of the kind: {kind}. {choose(rng, ['Nothing else.', 'No more, no less.', ''])}".strip(),
        *said,
        kind,
        True,
    )


def translate(rng):
    row = choose(rng, WORDS)
    languages = some(rng, ["French", "German", "Spanish"], 2)
    column = {"French": 1, "German": 2, "Spanish": 3}
    return Task(
        f'Translate "{row[0]}" into {languages[0]}. {choose(rng, ["Only the translation.", "Just the word."])}',
        row[column[languages[0]]],
        row[column[languages[1]]],
        row[0],
        True,
    )


def code(rng):
    name = choose(rng, ["total", "items", "values", "names"])
    asked, right, wrong = choose(
        rng,
        [
            (f"Python: the length of the list {name}. Only the code.", f"len({name})", f"sum({name})"),
            (f"Write a Python expression that sorts {name}. Code only.", f"sorted({name})", f"reversed({name})"),
            (f"Print {name} in Python. Just the code, no comments.", f"print({name})", f"console.log({name})"),
            (f"Python expression for the largest element of {name}, nothing else.", f"max({name})", f"min({name})"),
        ],
    )
    return Task(asked, right, wrong, "programming", True)


def capital_only(rng):
    country, other = some(rng, list(CAPITALS), 2)
    return Task(
        f"{choose(rng, ['Capital of', 'The capital city of'])} {country}? {choose(rng, ['City name only.', 'Just the name.'])}",
        CAPITALS[country],
        CAPITALS[other],
        country,
        True,
    )


PLAIN = {
    "fact": facts,
    "only-word": only_word,
    "near-sum": near_sum,
    "truth": truth,
    "letters": letters,
    "sequence": sequence,
    "which-kind": which_kind,
    "count-items": count_items,
}
PLAIN_UNSEEN = {"translate": translate, "code": code, "capital-only": capital_only}


def plain_pair(rng: np.random.Generator, kind: str, make: Callable, other: str) -> BriefPair:
    task = make(rng)
    draw = rng.random()
    if task.only and draw < 0.45:
        talk = choose(rng, TALKATIVE).format(task.right, what="answer")
        return BriefPair(f"{kind}-wrapped", task.instruction, task.right, talk, WRAPPED)
    if draw < 0.75:
        return BriefPair(f"{kind}-wrong", task.instruction, task.right, task.wrong, MISSED)
    worse = choose(rng, [lecture(rng, task.topic), choose(rng, TALKATIVE).format(task.wrong, what="answer"), choose(rng, REFUSALS), other])
    return BriefPair(f"{kind}-missed", task.instruction, task.right, worse, MISSED)


def form_pair(rng: np.random.Generator, forms: dict[str, Form], known: dict[str, Form]) -> BriefPair:
    """The form that was asked for, against another form of the same topic or the right form of another topic."""
    kind = choose(rng, list(forms))
    row, elsewhere = some(rng, TOPICS, 2)
    instruction = choose(rng, forms[kind].asked).format(row[0])
    right = forms[kind].make(rng, row)
    draw = rng.random()
    if draw < 0.3:
        return BriefPair(f"{kind}-topic", instruction, right, forms[kind].make(rng, elsewhere), MISSED)
    if draw < 0.5:
        return BriefPair(f"{kind}-about", instruction, right, forms[kind].about, MISSED)
    # Asked to explain, an article is no miss.
    if draw < 0.7 and kind != "prose":
        return BriefPair(f"{kind}-article", instruction, right, article(row), MISSED)
    wrong = choose(rng, [form for name, form in known.items() if name != kind]).make(rng, row)
    return BriefPair(f"{kind}-form", instruction, right, wrong, MISSED)


def talk_pair(rng: np.random.Generator, talk: dict, other: str) -> BriefPair:
    """A fitting reply against one to something else, talk about the words, a refusal, or a long answer to a question."""
    kind, elsewhere = some(rng, list(talk), 2)
    said, reply = choose(rng, talk[kind])
    draw = rng.random()
    if draw < 0.4:
        return BriefPair(f"{kind}-reply", said, reply, choose(rng, talk[elsewhere])[1], MISSED)
    if draw < 0.65:
        dull = choose(rng, [*DULL, DEFINITIONS[kind], DEFINITIONS[kind]]).format(said, len(said.split()))
        return BriefPair(f"{kind}-dull", said, reply, dull, MISSED)
    if draw < 0.8:
        return BriefPair(f"{kind}-refusal", said, reply, choose(rng, REFUSALS), MISSED)
    return BriefPair(f"{kind}-other", said, reply, choose(rng, [other, lecture(rng, "this")]), MISSED)


def tricked(rng: np.random.Generator, instruction: str, right: str) -> str:
    """The right answer with something that should not help it: the instruction again, praise of itself, exclamation marks, padding."""
    return choose(
        rng,
        [
            f"{instruction} {instruction} {right}",
            f"{instruction} {right}",
            f"{instruction}\n\n{right}",
            f"{choose(rng, BOASTS)} {right}",
            f"{right} {choose(rng, BOASTS)}",
            f"{right}{'!' * int(rng.integers(3, 15))}",
            f"{right} {lecture(rng, 'this')}",
        ],
    )


def task_pair(rng: np.random.Generator, other: str, unseen: bool = False) -> BriefPair:
    """One pair of a small task. ``other`` = a good long answer to some other instruction; ``unseen`` = of a kind that
    training never draws."""
    pair = kind_pair(rng, other, unseen)
    if rng.random() < TRICKED:
        worse = tricked(rng, pair.instruction, pair.better)
        return BriefPair(f"{pair.kind.rsplit('-', 1)[0]}-tricked", pair.instruction, pair.better, worse, MISSED)
    return pair


def kind_pair(rng: np.random.Generator, other: str, unseen: bool) -> BriefPair:
    draw = rng.random()
    if draw < 0.25:
        return form_pair(rng, FORMS_UNSEEN if unseen else FORMS, FORMS)
    if draw < 0.5:
        return talk_pair(rng, TALK_UNSEEN if unseen else TALK, other)
    plain = PLAIN_UNSEEN if unseen else PLAIN
    kind = choose(rng, list(plain))
    return plain_pair(rng, kind, plain[kind], other)
