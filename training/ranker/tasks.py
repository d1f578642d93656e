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


def table(text: str) -> list[list[str]]:
    return [line.strip().split(" | ") for line in text.strip().splitlines()]


# What somebody says | a fitting reply.
TALK = {
    "greeting": table("""
        Hi there! | Hi! Nice to meet you. What can I do for you today?
        hey | Hey! What's on your mind?
        Good morning! | Good morning! I hope your day has started well. How can I help?
        Hello :) | Hello! It's good to hear from you. What would you like to talk about?
        yo, what's up? | Not much, just here and ready to help! What's up with you?
        Good afternoon. | Good afternoon! What can I help you with?
    """),
    "thanks": table("""
        Thanks a lot! | You're welcome! I'm glad I could help.
        thank you so much for your help yesterday | It was my pleasure! I'm happy that it was useful.
        Thanks, that was perfect. | Great, I'm glad it worked out for you!
        cheers mate | No problem at all!
    """),
    "sadness": table("""
        I feel really sad today. | I'm sorry to hear that. Do you want to tell me what happened?
        my dog died this morning | I'm so sorry for your loss. Losing a friend like that hurts a lot.
        I failed my exam :( | I'm sorry, that must be disappointing. One exam does not define you. Do you want to talk about it?
        I am so lonely. | I'm sorry you feel that way. I'm here to listen. Is there somebody you could call today?
    """),
    "joy": table("""
        I got the job!!! | Congratulations! That's wonderful news. When do you start?
        We are having a baby! | Congratulations to you both! What happy news.
        Today is my birthday | Happy birthday! I hope you have a lovely day.
        I finally finished my thesis. | Congratulations! That is a great achievement. You must be relieved.
    """),
    "self": table("""
        Who are you? | I'm an AI assistant. I can answer questions and help you with texts, ideas and problems.
        What can you do? | I can answer questions, explain things, write and correct texts, and help you plan. What do you need?
        Are you a robot? | I'm a computer program, an AI assistant, so in a way, yes. How can I help?
    """),
}
TALK_UNSEEN = {
    "farewell": table("""
        Good night! | Good night! Sleep well.
        bye for now | Goodbye! Take care, and come back any time.
        See you tomorrow! | See you tomorrow! Have a good evening.
    """),
    "compliment": table("""
        You are awesome! | Thank you, that's very kind of you! I enjoy talking with you too.
        I really like you. | Thank you! I like our conversations as well.
        you're the best assistant ever | Thank you so much! I'm happy to help any time.
    """),
    "boredom": table("""
        I'm bored. | Let's change that! Shall I tell you a joke, or would you like a riddle?
        entertain me | With pleasure! Do you want a joke, a story or a quiz?
    """),
}
# What an encyclopaedia would say instead of a reply.
DEFINITIONS = {
    "greeting": "A greeting is an act of communication with which people show that they have noticed each other. Forms differ by country, age and time of day.",
    "thanks": "Thanking is a social act by which a person acknowledges a benefit. It is found in all known societies and has been studied by psychologists.",
    "sadness": "Sadness is one of the basic emotions. It is often caused by loss and may be accompanied by tiredness, crying or a lack of interest.",
    "joy": "Joy is an emotion of great pleasure. It is associated with activity in certain areas of the brain and with the release of hormones.",
    "self": "A question is a sentence that asks for information. Questions about a person or a thing usually begin with a word such as who or what.",
    "farewell": "A farewell is an expression used when people part. Many languages have several of them, which depend on the time of day and on politeness.",
    "compliment": "A compliment is a remark that expresses praise or admiration. Compliments are used to strengthen social bonds.",
    "boredom": "Boredom is a state in which a person has no interest in what is around. It has been described by philosophers for centuries.",
}
DULL = [
    "The phrase \"{}\" is an expression that is used in the English language. It consists of {} words and can be used in several situations.",
    "\"{}\" is a common statement. There are many factors to consider when analysing such a statement of {} words.",
]

# topic | a sentence of prose | another | a haiku | a rhyme of two lines | a headline
TOPICS = table("""
    rain | Rain is liquid water that falls from clouds. | It forms when water vapour condenses into drops that are heavy enough to fall. | Soft drops on the roof / the garden drinks in silence / grey sky, quiet street | The rain came down upon the town / and washed the dust from green and brown | Heavy Rain Floods City Centre
    snow | Snow is frozen water that falls in flakes. | It forms in clouds when the air is colder than zero degrees. | White fields without sound / one crow on a bare branch waits / footprints fill again | The snow fell softly through the night / and made the whole wide valley white | First Snow Closes Mountain Roads
    the sea | The sea is a large body of salt water. | It covers most of the planet and shapes its climate. | Waves fold into foam / a gull hangs above the cliff / salt wind in my hair | The sea was calm, the sea was wide / we let our boat drift with the tide | Sea Level Rises Faster Than Expected
    the moon | The moon orbits the earth once a month. | Its surface is covered with dust and craters. | Pale lamp in the pines / the river carries your face / down to the dark sea | The moon looked in at half past ten / and laughed, and hid itself again | New Mission to the Moon Announced
    a cat | A cat is a small animal that is often kept as a pet. | Cats sleep for most of the day and hunt at night. | Warm stone in the sun / one ear turns towards the birds / the tail tells a lie | My cat sat down upon my chair / and looked at me as if I were air | Lost Cat Finds Way Home After a Year
    autumn | Autumn is the season between summer and winter. | Days become shorter and many trees lose their leaves. | Red leaf on wet stone / the last swallow has gone south / smoke over the fields | The leaves turned gold, the leaves turned red / and summer packed its bags and fled | Autumn Storms Reach the Coast Early
    coffee | Coffee is a drink made from roasted beans. | It contains caffeine, which makes people feel awake. | Steam climbs from the cup / the first bird before the light / hands learn to be warm | A cup of coffee, strong and hot / will make a morning out of what is not | Coffee Prices Hit Record High
    the night | The night is the time between sunset and sunrise. | Many animals are active at night. | Lamps go out, one, two / a train far behind the hills / stars take back the sky | The night came softly, dark and deep / and sang the tired town to sleep | Power Cut Leaves Town in the Dark All Night
    friendship | Friendship is a close relation between people who like each other. | It rests on trust and on time spent together. | Two cups, one old bench / we say little, and it rains / neither of us leaves | A friend is one who knows your song / and hums it when the day is long | Lifelong Friendship Ends in Joint Business
    a train | A train is a row of carriages on rails. | It is pulled by an engine and carries people or goods. | Rails shine after rain / a window of strangers' light / then only crickets | The train went by at half past nine / and sang along the silver line | New Train Line Opens to the Public
    spring | Spring is the season after winter. | Plants begin to grow and the days become longer. | Snowmelt finds its voice / a bee tests the first crocus / doors stand open now | The spring came tapping at the door / and spread its green across the floor | Early Spring Surprises Farmers
    time | Time is what clocks measure. | It is used to order events from the past to the future. | The clock counts alone / dust drifts through a beam of light / my son's shoes too small | Time goes by on quiet feet / and never stops along the street | Clocks Go Back This Weekend
""")


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
    return choose(rng, [
        "Why did {} go to school? To become a little brighter!",
        "What did the doctor say to {}? \"You look a bit pale today.\"",
        "I told my boss a joke about {}. He said it had no point. I said: \"Neither has our meeting.\"",
    ]).format(row[0])


def story(rng, row) -> str:
    name = choose(rng, "Anna Tom Maria Paul Lena Omar Ruth".split())
    return choose(rng, [
        "Once upon a time there was a child called {0} who was afraid of {1}. One evening {0} took a lamp and went outside. Nothing happened, and from that day on the fear was gone.",
        "{0} had waited years for this day. \"It is all about {1},\" the old woman had said. Now {0} stood at the door, and at last understood.",
    ]).format(name, row[0])


def slogan(rng, row) -> str:
    return choose(rng, ["{}: feel the difference!", "{}. Made for you.", "Say yes to {}!", "Life is better with {}."]).format(row[0].capitalize())


def article(row) -> str:
    return f"## {row[0].capitalize()}\n\n{row[1]} {row[2]}\n\n" + "\n".join(f"- **{name}**: {text}" for name, text in (("What it is", row[1]), ("More", row[2]), ("Why it matters", f"People all over the world care about {row[0]}.")))


FORMS = {
    "haiku": Form(["Write a haiku about {}.", "Compose a haiku on {}.", "haiku about {} please"], lambda rng, row: lines(row[3]), "A haiku is a form of poem that comes from Japan. It has three lines of five, seven and five syllables and often speaks of nature."),
    "rhyme": Form(["Write a rhyme about {}.", "Write a rhyming poem about {}.", "Give me two rhyming lines about {}."], lambda rng, row: lines(row[4]), "A poem is a text in which rhythm, sound and image matter as much as meaning. Many poems rhyme, but by no means all of them do."),
    "letter": Form(["Write a short letter to a friend about {}.", "Write a letter about {}."], letter, "When you write a letter, it is important to think of the reader, to begin politely and to keep your points in order. End with a greeting."),
    "prose": Form(["Explain what {} is.", "Describe {} in two plain sentences.", "What is {}?"], lambda rng, row: f"{row[1]} {row[2]}", "An explanation makes clear what something is or why it happens. Good explanations are short and use plain words."),
    "question": Form(["Ask me a question about {}.", "Write one question about {}."], quiz, "Questions can be open or closed. Open questions invite long answers, closed questions can be answered in a word."),
    "joke": Form(["Tell me a joke about {}.", "Make a joke about {}."], joke, "A joke is a short text that is meant to make people laugh. It usually has a build-up and an ending that comes as a surprise."),
    "story": Form(["Tell me a short story about {}.", "Write the beginning of a story about {}."], story, "A story is an account of events, real or invented. Stories have characters, a place, a conflict and a resolution."),
    "data": Form(
        ["Write a JSON object with the keys topic and text about {}.", "Describe {} as JSON."],
        lambda rng, row: f'{{"topic": "{row[0]}", "text": "{row[1]}"}}',
        "JSON is a text format for data. It knows objects, lists, strings, numbers, truth values and null, and is used by many programs.",
    ),
}
FORMS_UNSEEN = {
    "headline": Form(["Write a newspaper headline about {}.", "Give me a headline about {}."], lambda rng, row: row[5], "A headline is the title of a newspaper article. Good headlines are short, clear and make readers curious."),
    "slogan": Form(["Write a slogan about {}.", "Invent an advertising slogan for {}."], slogan, "A slogan is a short phrase used in advertising. Companies spend a lot of money to find good ones."),
    "dialogue": Form(["Write a short dialogue about {}.", "Write a conversation between two people about {}."], dialogue, "A dialogue is a conversation between two or more people. In books, dialogues show what characters think and want."),
}

# A question | its answer in a word | a near miss.
FACTS = table("""
    What do bees make? | Honey | Milk
    Which animal barks? | Dog | Cat
    What colour is grass? | Green | Blue
    How many legs does a spider have? | Eight | Six
    What do you use to unlock a door? | Key | Spoon
    What is frozen water called? | Ice | Steam
    Which season comes after summer? | Autumn | Spring
    What do cows drink? | Water | Milk
    Which planet do we live on? | Earth | Mars
    How many days are in a week? | Seven | Ten
    What is the largest ocean? | Pacific | Atlantic
    Who wrote Hamlet? | Shakespeare | Dickens
    What gas do plants take in? | Carbon dioxide | Helium
    Which metal is liquid at room temperature? | Mercury | Iron
    What is the longest river in Africa? | Nile | Danube
    What is a baby cat called? | Kitten | Puppy
    Which instrument has 88 keys? | Piano | Violin
    What is the hardest natural material? | Diamond | Chalk
    How many minutes are in an hour? | Sixty | Twelve
    Which language is spoken in Brazil? | Portuguese | German
""")
# English | French | German | Spanish
WORDS = table("""
    cat | chat | Katze | gato
    dog | chien | Hund | perro
    house | maison | Haus | casa
    water | eau | Wasser | agua
    bread | pain | Brot | pan
    book | livre | Buch | libro
    sun | soleil | Sonne | sol
    night | nuit | Nacht | noche
    friend | ami | Freund | amigo
    tree | arbre | Baum | árbol
""")
TRUTHS = table("""
    Is the sun hotter than the earth? | yes
    Can fish fly to the moon? | no
    Is ice cold? | yes
    Is a whale smaller than a mouse? | no
    Do birds have wings? | yes
    Is Paris in Japan? | no
    Is ten more than two? | yes
    Do stones eat grass? | no
    Is a triangle a shape with three sides? | yes
    Is Tuesday a month? | no
""")
DEMANDS = ["Reply with only the {what}.", "Give just the {what}, nothing else.", "Output the {what} only.", "In one word, please.", "One word only.", "No explanation, just the {what}."]
NUMBER_DEMANDS = ["Reply with only the number.", "Just the number.", "Give the number and nothing else."]
TALKATIVE = [
    "Certainly! The answer you are looking for is **{}**. Let me know if there is anything else I can do for you!",
    "Sure! Here is the {what} you asked for:\n\n**{}**\n\nI hope this helps!",
    "Of course! I'd be happy to help. {}\n\nFeel free to ask if you have more questions.",
    "The answer to this is {}, because that is what one finds when one looks at it step by step. First, one reads the question. Then one rules out everything that does not fit. What is left is the answer.",
    "There are several good answers to this. Some people would say {}, others would choose something else. It depends on what you need, and it is an important choice.",
    "Let's do this step by step. First, we look at what is given. Next, we look at what is asked. So the {what} is {}.",
    "Great question! The answer is {}. This is a very common question, and there are many interesting things to know about it.",
]


def form_of(rng: np.random.Generator, word: str) -> str:
    return choose(rng, [word, word.lower(), f"{word}."])


def facts(rng):
    question, right, wrong = choose(rng, FACTS)
    form = int(rng.integers(1 << 30))
    said = [form_of(np.random.default_rng(form), word) for word in (right, wrong)]
    return Task(f"{question} {choose(rng, DEMANDS).format(what='answer')}", *said, right, True)


def only_word(rng):
    word, other = some(rng, [word for kind, words in KINDS.items() if kind != "colour" for word in words], 2)
    asked = choose(rng, ["Write only the word {}.", "Reply with just \"{}\".", "Output {} and nothing else.", "Repeat after me: {}", "Answer with the single word {}."])
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
    return Task(f"What comes next: {', '.join(map(str, shown))}, ...? {choose(rng, NUMBER_DEMANDS)}", str(right), str(right + int(choose(rng, [-1, 1, step]))), "numbers", True)


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
    return Task(f"{choose(rng, ['Exactly', 'I need exactly', 'Just'])} {count} words of the kind: {kind}. {choose(rng, ['Nothing else.', 'No more, no less.', ''])}".strip(), *said, kind, True)


def translate(rng):
    row = choose(rng, WORDS)
    languages = some(rng, ["French", "German", "Spanish"], 2)
    column = {"French": 1, "German": 2, "Spanish": 3}
    return Task(f"Translate \"{row[0]}\" into {languages[0]}. {choose(rng, ['Only the translation.', 'Just the word.'])}", row[column[languages[0]]], row[column[languages[1]]], row[0], True)


def code(rng):
    name = choose(rng, ["total", "items", "values", "names"])
    asked, right, wrong = choose(rng, [
        (f"Python: the length of the list {name}. Only the code.", f"len({name})", f"sum({name})"),
        (f"Write a Python expression that sorts {name}. Code only.", f"sorted({name})", f"reversed({name})"),
        (f"Print {name} in Python. Just the code, no comments.", f"print({name})", f"console.log({name})"),
        (f"Python expression for the largest element of {name}, nothing else.", f"max({name})", f"min({name})"),
    ])
    return Task(asked, right, wrong, "programming", True)


def capital_only(rng):
    country, other = some(rng, list(CAPITALS), 2)
    return Task(f"{choose(rng, ['Capital of', 'The capital city of'])} {country}? {choose(rng, ['City name only.', 'Just the name.'])}", CAPITALS[country], CAPITALS[other], country, True)


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
    """The right answer with something that should not help it: the instruction again, praise of itself, marks, padding."""
    return choose(rng, [
        f"{instruction} {instruction} {right}",
        f"{instruction} {right}",
        f"{instruction}\n\n{right}",
        f"{choose(rng, BOASTS)} {right}",
        f"{right} {choose(rng, BOASTS)}",
        f"{right}{'!' * int(rng.integers(3, 15))}",
        f"{right} {lecture(rng, 'this')}",
    ])


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
