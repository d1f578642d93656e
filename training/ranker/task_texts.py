"""The texts that small tasks are made of (`ranker.tasks`)."""

from __future__ import annotations


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
    'The phrase "{}" is an expression that is used in the English language. It consists of {} words and can be used in several situations.',
    '"{}" is a common statement. There are many factors to consider when analysing such a statement of {} words.',
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
DEMANDS = [
    "Reply with only the {what}.",
    "Give just the {what}, nothing else.",
    "Output the {what} only.",
    "In one word, please.",
    "One word only.",
    "No explanation, just the {what}.",
]
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
