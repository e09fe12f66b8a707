"""The demo's model: a handful of rules, and honest about being no more than that.

A rule is a function from what is request to an answer, or None where it does not apply.
It sees the whole request each time, so one rule both calls a tool and, once the result
is there, tells of it. To teach the model something, add a rule to `RULES`.
"""

from collections.abc import Callable
import json
import re
from typing import Any

from .phrases import apology, bare, heard, match, speak, use
from .replies import Answer, Body, say
from .reports import lights_on, listing, now, overview, things_on, weather
from .request_view import RequestView
from .schema_example import schema_example
from .scripted_memory import hear_name, note_facts, remember, tell_drink, tell_name

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

type Rule = Callable[[RequestView], Answer | None]


def model(body: Body) -> Answer:
    """Return the answer to a request."""
    request = RequestView(body)
    for rule in RULES:
        if (answer := rule(request)) is not None:
            return answer
    return speak(request, f"I am only a few rules and do not know what to do. {HELP}")


def greet(request: RequestView) -> Answer | None:
    """Answer a greeting, and who this is."""
    if heard(request, r"(who|what) are you|what is your name|introduce yourself"):
        return speak(request, f"Hello! {WHO}")
    return (
        speak(request, "Hello! What can I do for you?") if heard(request, "") else None
    )


def dim(request: RequestView) -> Answer | None:
    """Set the brightness of lights."""
    pattern = r"(?:set|dim|brighten) (.+?)(?: brightness)? to (\d+) ?(?:%|percent)?"
    if not (said := heard(request, pattern)):
        return None
    if not request.results:
        tool = request.tool("HassLightSet", "name", "brightness")
        target = _target(request, said[1])
        return use(request, tool, "set lights", **target, brightness=int(said[2]))
    if problem := request.results[-1].problem:
        return apology(request, problem)
    return speak(request, f"{_done(request)} set to {said[2]} percent.")


def switch(request: RequestView) -> Answer | None:
    """Turn something on or off."""
    if said := heard(request, r"(?:turn|switch) (on|off) (.+)"):
        state, words = said[1].lower(), said[2]
    elif said := heard(request, r"(?:turn|switch) (.+) (on|off)"):
        state, words = said[2].lower(), said[1]
    else:
        return None
    return _turn(request, state, words)


def ask_back(request: RequestView) -> Answer | None:
    """Ask in which room, if the instructions tell how to hear the answer."""
    if _lights(request.text) and (marker := _marker(request)):
        return speak(request, f"{WHICH_ROOM} {marker}")
    return None


def hear_back(request: RequestView) -> Answer | None:
    """Turn the lights on or off in the room that was request for."""
    match request.spoken:
        case [*_, before, question, _] if question.startswith(WHICH_ROOM):
            room = heard(request, r"(?:in )?(.+)")
            if (
                (state := _lights(before))
                and room
                and bare(room[1]).lower() in request.areas
            ):
                return _turn(request, state, f"lights in {room[1]}")
    return None


def fill_in(request: RequestView) -> Answer | None:
    """Give data in the form that a task asks for, with nothing in it."""
    if request.schema is None:
        return None
    return say(json.dumps(schema_example(request.schema)))


def cheer(request: RequestView) -> Answer | None:
    """Say something nice, which ends in a question that wants no answer."""
    return speak(request, NICE) if heard(request, "tell me something nice") else None


def _turn(request: RequestView, state: str, words: str) -> Answer:
    """Turn on or off what the words say."""
    if not request.results:
        tool = request.tool(f"HassTurn{state.title()}", "name", "area", "domain")
        return use(request, tool, f"turn things {state}", **_target(request, words))
    if problem := request.results[-1].problem:
        return apology(request, problem)
    return speak(request, f"{_done(request)} turned {state}.")


def look(request: RequestView) -> Answer | None:
    """Answer how the house is, or something in it."""
    state = "on|off|open|closed|locked|unlocked"
    filters: dict[str, Any] = {}
    if said := heard(
        request, r"(?:which|what|are any) lights? (?:are |is )?on(?: in (.+))?"
    ):
        filters, tell = {"domain": "light"}, lights_on
        if said[1]:
            filters["area"] = bare(said[1])
    elif heard(request, r"what(?:'s| is) on|is anything on"):
        tell = things_on
    elif heard(request, r"(?:what|how)(?:'s| is) the weather\b.*"):
        filters, tell = {"domain": "weather"}, weather
    elif heard(
        request, r"how(?:'s| is) the house|what(?:'s| is) the state of the house"
    ):
        tell = overview
    elif said := heard(request, rf"(?:is|are) (.+?) (?:turned )?(?:{state})"):
        filters, tell = _target(request, said[1]), overview
    else:
        return None
    if not request.results:
        tool = request.tool("GetLiveContext", *filters)
        return use(request, tool, "look at the house", **filters)
    if problem := request.results[-1].problem:
        return apology(request, problem)
    return speak(request, tell(request.results[-1].data))


def pantry(request: RequestView) -> Answer | None:
    """Answer how much of some food is left."""
    if not (said := heard(request, r"how many (\w+) (?:do we have|are left)")):
        return None
    if not request.results:
        tool = request.tool("pantry_stock", "item")
        return use(request, tool, "see how much food is left", item=said[1])
    if problem := request.results[-1].problem:
        return apology(request, problem)
    (content,) = request.results[-1].data["content"]
    return speak(request, f"In the pantry: {content['text']}.")


def clock(request: RequestView) -> Answer | None:
    """Answer what time or day it is."""
    if not heard(request, r"what (?:time|day) is it|what(?:'s| is) the (?:time|date)"):
        return None
    if not request.results:
        return use(request, request.tool("GetDateTime"), "see a clock")
    if problem := request.results[-1].problem:
        return apology(request, problem)
    return speak(request, now(request.results[-1].data))


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


def _marker(request: RequestView) -> str | None:
    """Return how to end an answer that opens the microphone, if there is a way."""
    told = str(request.body["messages"][0].get("content"))
    found = re.search(r"end with (\[\w+\])", told)
    return found[1] if found else None


def _target(request: RequestView, words: str) -> dict[str, Any]:
    """Return the arguments that mean what the words say."""
    name = bare(words)
    key = name.casefold()
    if known := request.names.get(key):
        return {"name": known}
    if key in ("light", "lights"):
        return {"name": "all", "domain": ["light"]}
    said = re.fullmatch(r"lights? in (?:the )?(.+)|(.+?) lights?", key)
    if said and (area := request.areas.get(said[1] or said[2])):
        return {"area": area, "domain": ["light"]}
    return {"name": name}


def _done(request: RequestView) -> str:
    """Return the names of what a tool acted on, with a verb."""
    names = request.results[-1].targets or ["It"]
    return f"{listing(names)} {'is' if len(names) == 1 else 'are'}"
