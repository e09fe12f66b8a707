"""The demo's model: a handful of rules, and honest about being no more than that.

A rule is a function from what is asked to an answer, or None where it does not apply.
It sees the whole request each time, so one rule both calls a tool and, once the result
is there, tells of it. To teach the model something, add a rule to `RULES`.
"""

from collections.abc import Callable
import json
import re
from typing import Any

from .asked import SEARCH, Asked
from .replies import Answer, Body, Call, Pause, say
from .reports import lights_on, listing, now, overview, things_on, weather

PAUSE = 0.03
"""Seconds between two words."""

WHO = (
    "I am a scripted stand-in for a language model: a handful of rules that read your "
    "sentence, use the tools that Home Assistant offers, and answer word by word."
)
HELP = (
    "I understand: turn something on or off, set the brightness of a light, which "
    "lights are on, is something on or open, how is the house, what time is it, what "
    "is the weather, tell me something nice, and who are you."
)
WHICH_ROOM = "Which room?"
NICE = "The kettle is near, and nobody is in a hurry. What more could a house want?"

type Rule = Callable[[Asked], Answer | None]


def model(body: Body) -> Answer:
    """Return the answer to a request."""
    asked = Asked(body)
    for rule in RULES:
        if (answer := rule(asked)) is not None:
            return answer
    return speak(asked, f"I am only a few rules and do not know what to do. {HELP}")


def speak(asked: Asked, text: str) -> Answer:
    """Say something word by word."""
    words: list[str | Pause] = []
    for word in re.findall(r"\s*\S+", text):
        words += [word, Pause(PAUSE)]
    return say(*words[:-1], usage=_usage(asked, text))


def use(asked: Asked, tool: str | None, what: str, **arguments: Any) -> Answer:
    """Call a tool; look for one if there is none, and say so if that fails."""
    if tool is None and asked.tool(SEARCH) and not asked.searched:
        tool, arguments = SEARCH, {"query": what}
    if tool is None:
        return speak(asked, f"I was given no tool to {what}.")
    # A call id has to be one of its kind in the whole conversation.
    number = sum(len(m.get("tool_calls") or ()) for m in asked.body["messages"])
    call = Call(tool, arguments, id=f"call_{number + 1}")
    return say(calls=[call], usage=_usage(asked, str(arguments)))


def _usage(asked: Asked, text: str) -> tuple[int, int, int]:
    """Return counts of tokens that are no more than a guess: a token in four letters."""
    return len(str(asked.body["messages"])) // 4, len(text) // 4, 0


def _apology(asked: Asked, problem: str) -> Answer:
    """Tell of a tool that failed."""
    short = problem if len(problem) < 160 else problem.partition(":")[0]
    return speak(asked, f"That did not work. Home Assistant says: {short}.")


def greet(asked: Asked) -> Answer | None:
    """Answer a greeting, and who this is."""
    if _heard(asked, r"(who|what) are you|what is your name|introduce yourself"):
        return speak(asked, f"Hello! {WHO}")
    return speak(asked, "Hello! What can I do for you?") if _heard(asked, "") else None


def dim(asked: Asked) -> Answer | None:
    """Set the brightness of lights."""
    pattern = r"(?:set|dim|brighten) (.+?)(?: brightness)? to (\d+) ?(?:%|percent)?"
    if not (said := _heard(asked, pattern)):
        return None
    if not asked.results:
        tool = asked.tool("HassLightSet", "name", "brightness")
        target = _target(asked, said[1])
        return use(asked, tool, "set lights", **target, brightness=int(said[2]))
    if problem := asked.results[-1].problem:
        return _apology(asked, problem)
    return speak(asked, f"{_done(asked)} set to {said[2]} percent.")


def switch(asked: Asked) -> Answer | None:
    """Turn something on or off."""
    if said := _heard(asked, r"(?:turn|switch) (on|off) (.+)"):
        state, words = said[1].lower(), said[2]
    elif said := _heard(asked, r"(?:turn|switch) (.+) (on|off)"):
        state, words = said[2].lower(), said[1]
    else:
        return None
    return _turn(asked, state, words)


def ask_back(asked: Asked) -> Answer | None:
    """Ask in which room, if the instructions tell how to hear the answer."""
    if _lights(asked.text) and (marker := _marker(asked)):
        return speak(asked, f"{WHICH_ROOM} {marker}")
    return None


def hear_back(asked: Asked) -> Answer | None:
    """Turn the lights on or off in the room that was asked for."""
    match asked.spoken:
        case [*_, before, question, _] if question.startswith(WHICH_ROOM):
            room = _heard(asked, r"(?:in )?(.+)")
            if (
                (state := _lights(before))
                and room
                and _bare(room[1]).lower() in asked.areas
            ):
                return _turn(asked, state, f"lights in {room[1]}")
    return None


def hear_name(asked: Asked) -> Answer | None:
    """Hear what something is called, or something in passing."""
    if said := _heard(asked, _NAMING):
        return speak(asked, f"{said[2]} is a nice name for a {said[1]}.")
    return speak(asked, "I see.") if _heard(asked, "by the way.*") else None


def remember(asked: Asked) -> Answer | None:
    """Remember what something is called."""
    if not (said := _heard(asked, f"remember that {_NAMING}")):
        return None
    if not asked.results:
        fact = {"category": "family_members", "key": said[1], "value": said[2]}
        return use(asked, asked.tool("learn_fact"), "remember facts", **fact)
    if problem := asked.results[-1].problem:
        return _apology(asked, problem)
    return speak(asked, f"I will remember that your {said[1]} is called {said[2]}.")


def tell_name(asked: Asked) -> Answer | None:
    """Tell what something is called, if that was said or is remembered."""
    if not (question := _heard(asked, r"what is my (\w+) called")):
        return None
    for text in asked.said[:-1]:
        said = _match(text, _NAMING)
        if said and said[1].casefold() == question[1].casefold():
            return speak(asked, f"Your {said[1]} is called {said[2]}.")
    return _recall(asked, question[1], "Your {key} is called {value}.")


def tell_drink(asked: Asked) -> Answer | None:
    """Tell what the user drinks, if that is remembered."""
    if _heard(asked, "what do i drink"):
        return _recall(asked, "drink", "You drink {value}.")
    return None


def _recall(asked: Asked, what: str, answer: str) -> Answer:
    """Answer with what is remembered of something."""
    if not asked.results:
        tool = asked.tool("query_facts", "query")
        return use(asked, tool, "look up facts", query=what)
    facts = (asked.results[-1].data or {}).get("facts") or []
    if not facts:
        return speak(asked, f"I know nothing about your {what}.")
    return speak(asked, answer.format(**facts[0]))


def note_facts(asked: Asked) -> Answer | None:
    """Find the facts in a transcript, which is what is asked for without a user."""
    if "response_format" not in asked.body:
        return None
    lines = json.loads(asked.text)
    found = [
        {"quote": said[0], "category": "preferences", "key": "drink", "value": said[1]}
        for line in lines
        if (said := re.search(r"I always drink ([\w ]+)", line))
    ]
    return say(json.dumps({"facts": found}))


def cheer(asked: Asked) -> Answer | None:
    """Say something nice, which ends in a question that wants no answer."""
    return speak(asked, NICE) if _heard(asked, "tell me something nice") else None


def _turn(asked: Asked, state: str, words: str) -> Answer:
    """Turn on or off what the words say."""
    if not asked.results:
        tool = asked.tool(f"HassTurn{state.title()}", "name", "area", "domain")
        return use(asked, tool, f"turn things {state}", **_target(asked, words))
    if problem := asked.results[-1].problem:
        return _apology(asked, problem)
    return speak(asked, f"{_done(asked)} turned {state}.")


def look(asked: Asked) -> Answer | None:
    """Answer how the house is, or something in it."""
    state = "on|off|open|closed|locked|unlocked"
    filters: dict[str, Any] = {}
    if said := _heard(
        asked, r"(?:which|what|are any) lights? (?:are |is )?on(?: in (.+))?"
    ):
        filters, tell = {"domain": "light"}, lights_on
        if said[1]:
            filters["area"] = _bare(said[1])
    elif _heard(asked, r"what(?:'s| is) on|is anything on"):
        tell = things_on
    elif _heard(asked, r"(?:what|how)(?:'s| is) the weather\b.*"):
        filters, tell = {"domain": "weather"}, weather
    elif _heard(
        asked, r"how(?:'s| is) the house|what(?:'s| is) the state of the house"
    ):
        tell = overview
    elif said := _heard(asked, rf"(?:is|are) (.+?) (?:turned )?(?:{state})"):
        filters, tell = _target(asked, said[1]), overview
    else:
        return None
    if not asked.results:
        tool = asked.tool("GetLiveContext", *filters)
        return use(asked, tool, "look at the house", **filters)
    if problem := asked.results[-1].problem:
        return _apology(asked, problem)
    return speak(asked, tell(asked.results[-1].data))


def pantry(asked: Asked) -> Answer | None:
    """Answer how much of some food is left."""
    if not (said := _heard(asked, r"how many (\w+) (?:do we have|are left)")):
        return None
    if not asked.results:
        tool = asked.tool("pantry_stock", "item")
        return use(asked, tool, "see how much food is left", item=said[1])
    if problem := asked.results[-1].problem:
        return _apology(asked, problem)
    (content,) = asked.results[-1].data["content"]
    return speak(asked, f"In the pantry: {content['text']}.")


def clock(asked: Asked) -> Answer | None:
    """Answer what time or day it is."""
    if not _heard(asked, r"what (?:time|day) is it|what(?:'s| is) the (?:time|date)"):
        return None
    if not asked.results:
        return use(asked, asked.tool("GetDateTime"), "see a clock")
    if problem := asked.results[-1].problem:
        return _apology(asked, problem)
    return speak(asked, now(asked.results[-1].data))


RULES: list[Rule] = [
    *(note_facts, greet, dim, hear_back, ask_back, switch, look, clock, pantry),
    *(remember, hear_name, tell_name, tell_drink, cheer),
]

_NAMING = r"my (\w+) is called (.+)"
_FRILLS = re.compile(
    r"^((hello|hi|hey|good (morning|evening)|please|now|and|(can|could) you)\b[,.! ]*)+"
    r"|(,? (please|again|now))*[.!?\s]*$",
    re.IGNORECASE,
)


def _heard(asked: Asked, pattern: str) -> re.Match[str] | None:
    """Return the match of what the user said, without its frills."""
    return _match(asked.text, pattern)


def _match(text: str, pattern: str) -> re.Match[str] | None:
    """Return the match of a text without its frills."""
    return re.fullmatch(pattern, _FRILLS.sub("", text), re.IGNORECASE)


def _lights(text: str) -> str | None:
    """Return how lights are to be, on or off, if no word says which."""
    pattern = r"(?:turn|switch) (?:(on|off) (?:the )?lights?|(?:the )?lights? (on|off))"
    said = _match(text, pattern)
    return (said[1] or said[2]).lower() if said else None


def _marker(asked: Asked) -> str | None:
    """Return how to end an answer that opens the microphone, if there is a way."""
    told = str(asked.body["messages"][0].get("content"))
    found = re.search(r"end with (\[\w+\])", told)
    return found[1] if found else None


def _bare(words: str) -> str:
    """Return words without their articles."""
    return re.sub(r"^(all )?(of )?(the )?", "", words.strip(), flags=re.IGNORECASE)


def _target(asked: Asked, words: str) -> dict[str, Any]:
    """Return the arguments that mean what the words say."""
    bare = _bare(words)
    key = bare.casefold()
    if name := asked.names.get(key):
        return {"name": name}
    if key in ("light", "lights"):
        return {"name": "all", "domain": ["light"]}
    said = re.fullmatch(r"lights? in (?:the )?(.+)|(.+?) lights?", key)
    if said and (area := asked.areas.get(said[1] or said[2])):
        return {"area": area, "domain": ["light"]}
    return {"name": bare}


def _done(asked: Asked) -> str:
    """Return the names of what a tool acted on, with a verb."""
    names = asked.results[-1].targets or ["It"]
    return f"{listing(names)} {'is' if len(names) == 1 else 'are'}"
