"""The demo's model: a handful of rules, and honest about being no more than that.

A rule is a function from what is asked to an answer, or None where it does not apply.
It sees the whole request each time, so one rule both calls a tool and, once the result
is there, tells of it. To teach the model something, add a rule to `RULES`.
"""

from collections.abc import Callable
import json
import re
from typing import Any

from .asked import Asked
from .filled import filled
from .mind import hear_name, note_facts, remember, tell_drink, tell_name
from .phrases import apology, bare, heard, match, speak, use
from .replies import Answer, Body, say
from .reports import lights_on, listing, now, overview, things_on, weather

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


def greet(asked: Asked) -> Answer | None:
    """Answer a greeting, and who this is."""
    if heard(asked, r"(who|what) are you|what is your name|introduce yourself"):
        return speak(asked, f"Hello! {WHO}")
    return speak(asked, "Hello! What can I do for you?") if heard(asked, "") else None


def dim(asked: Asked) -> Answer | None:
    """Set the brightness of lights."""
    pattern = r"(?:set|dim|brighten) (.+?)(?: brightness)? to (\d+) ?(?:%|percent)?"
    if not (said := heard(asked, pattern)):
        return None
    if not asked.results:
        tool = asked.tool("HassLightSet", "name", "brightness")
        target = _target(asked, said[1])
        return use(asked, tool, "set lights", **target, brightness=int(said[2]))
    if problem := asked.results[-1].problem:
        return apology(asked, problem)
    return speak(asked, f"{_done(asked)} set to {said[2]} percent.")


def switch(asked: Asked) -> Answer | None:
    """Turn something on or off."""
    if said := heard(asked, r"(?:turn|switch) (on|off) (.+)"):
        state, words = said[1].lower(), said[2]
    elif said := heard(asked, r"(?:turn|switch) (.+) (on|off)"):
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
            room = heard(asked, r"(?:in )?(.+)")
            if (
                (state := _lights(before))
                and room
                and bare(room[1]).lower() in asked.areas
            ):
                return _turn(asked, state, f"lights in {room[1]}")
    return None


def fill_in(asked: Asked) -> Answer | None:
    """Give data in the form that a task asks for, with nothing in it."""
    if asked.schema is None:
        return None
    return say(json.dumps(filled(asked.schema)))


def cheer(asked: Asked) -> Answer | None:
    """Say something nice, which ends in a question that wants no answer."""
    return speak(asked, NICE) if heard(asked, "tell me something nice") else None


def _turn(asked: Asked, state: str, words: str) -> Answer:
    """Turn on or off what the words say."""
    if not asked.results:
        tool = asked.tool(f"HassTurn{state.title()}", "name", "area", "domain")
        return use(asked, tool, f"turn things {state}", **_target(asked, words))
    if problem := asked.results[-1].problem:
        return apology(asked, problem)
    return speak(asked, f"{_done(asked)} turned {state}.")


def look(asked: Asked) -> Answer | None:
    """Answer how the house is, or something in it."""
    state = "on|off|open|closed|locked|unlocked"
    filters: dict[str, Any] = {}
    if said := heard(
        asked, r"(?:which|what|are any) lights? (?:are |is )?on(?: in (.+))?"
    ):
        filters, tell = {"domain": "light"}, lights_on
        if said[1]:
            filters["area"] = bare(said[1])
    elif heard(asked, r"what(?:'s| is) on|is anything on"):
        tell = things_on
    elif heard(asked, r"(?:what|how)(?:'s| is) the weather\b.*"):
        filters, tell = {"domain": "weather"}, weather
    elif heard(asked, r"how(?:'s| is) the house|what(?:'s| is) the state of the house"):
        tell = overview
    elif said := heard(asked, rf"(?:is|are) (.+?) (?:turned )?(?:{state})"):
        filters, tell = _target(asked, said[1]), overview
    else:
        return None
    if not asked.results:
        tool = asked.tool("GetLiveContext", *filters)
        return use(asked, tool, "look at the house", **filters)
    if problem := asked.results[-1].problem:
        return apology(asked, problem)
    return speak(asked, tell(asked.results[-1].data))


def pantry(asked: Asked) -> Answer | None:
    """Answer how much of some food is left."""
    if not (said := heard(asked, r"how many (\w+) (?:do we have|are left)")):
        return None
    if not asked.results:
        tool = asked.tool("pantry_stock", "item")
        return use(asked, tool, "see how much food is left", item=said[1])
    if problem := asked.results[-1].problem:
        return apology(asked, problem)
    (content,) = asked.results[-1].data["content"]
    return speak(asked, f"In the pantry: {content['text']}.")


def clock(asked: Asked) -> Answer | None:
    """Answer what time or day it is."""
    if not heard(asked, r"what (?:time|day) is it|what(?:'s| is) the (?:time|date)"):
        return None
    if not asked.results:
        return use(asked, asked.tool("GetDateTime"), "see a clock")
    if problem := asked.results[-1].problem:
        return apology(asked, problem)
    return speak(asked, now(asked.results[-1].data))


RULES: list[Rule] = [
    *(note_facts, fill_in, greet, dim, hear_back, ask_back, switch, look),
    *(clock, pantry),
    *(remember, hear_name, tell_name, tell_drink, cheer),
]


def _lights(text: str) -> str | None:
    """Return how lights are to be, on or off, if no word says which."""
    pattern = r"(?:turn|switch) (?:(on|off) (?:the )?lights?|(?:the )?lights? (on|off))"
    said = match(text, pattern)
    return (said[1] or said[2]).lower() if said else None


def _marker(asked: Asked) -> str | None:
    """Return how to end an answer that opens the microphone, if there is a way."""
    told = str(asked.body["messages"][0].get("content"))
    found = re.search(r"end with (\[\w+\])", told)
    return found[1] if found else None


def _target(asked: Asked, words: str) -> dict[str, Any]:
    """Return the arguments that mean what the words say."""
    name = bare(words)
    key = name.casefold()
    if known := asked.names.get(key):
        return {"name": known}
    if key in ("light", "lights"):
        return {"name": "all", "domain": ["light"]}
    said = re.fullmatch(r"lights? in (?:the )?(.+)|(.+?) lights?", key)
    if said and (area := asked.areas.get(said[1] or said[2])):
        return {"area": area, "domain": ["light"]}
    return {"name": name}


def _done(asked: Asked) -> str:
    """Return the names of what a tool acted on, with a verb."""
    names = asked.results[-1].targets or ["It"]
    return f"{listing(names)} {'is' if len(names) == 1 else 'are'}"
