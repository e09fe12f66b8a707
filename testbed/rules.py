"""The scripted model of the demo: a list of rules.

A rule is a function from a request to an answer, or None where it does not apply. It
sees the whole request each time, so the same rule calls a tool and, when the request
holds the result, answers. To teach the model something, add a rule to `RULES`.
"""

from collections.abc import Callable
import json
import re
from typing import Any

from .phrases import (
    apology,
    call_tool,
    match_request,
    match_text,
    speak,
    without_article,
)
from .replies import Answer, Body, say
from .reports import lights_on, listing, now, overview, things_on, weather
from .request_view import RequestView
from .schema_example import schema_example
from .scripted_look import describe_picture, look
from .scripted_memory import (
    acknowledge,
    extract_facts,
    forget,
    remember,
    tell_drink,
    tell_former_name,
    tell_name,
)
from .scripted_past import tell_temperatures, tell_when
from .scripted_schedule import cancel_scheduled, do_later, tell_scheduled
from .scripted_story import tell_place, tell_story
from .scripted_yes import confirm, unlock

WHO = (
    "I am a scripted stand-in for a language model: a handful of rules that read your "
    "sentence, use the tools that Home Assistant offers, and answer word by word."
)
HELP = (
    "I understand: turn something on or off, open, close or lock something, set the "
    "brightness of a light, which lights are on, is something on or open, how is the "
    "house, when did somebody unlock something, how warm was it this week, what time "
    "is it, what is the weather, tell me something nice, and who are you."
)
WHICH_ROOM = "Which room?"
NICE = "The kettle is near, and nobody is in a hurry. What more could a house want?"

type Rule = Callable[[RequestView], Answer | None]


def model(body: Body) -> Answer:
    """Return the answer of the first rule that applies to a request."""
    request = RequestView(body)
    for rule in RULES:
        if (answer := rule(request)) is not None:
            return answer
    return speak(request, f"I am only a few rules and do not know what to do. {HELP}")


def greet(request: RequestView) -> Answer | None:
    """Answer a greeting, or the question who this is."""
    if match_request(
        request, r"(who|what) are you|what is your name|introduce yourself"
    ):
        return speak(request, f"Hello! {WHO}")
    return (
        speak(request, "Hello! What can I do for you?")
        if match_request(request, "")
        else None
    )


def dim(request: RequestView) -> Answer | None:
    """Set the brightness of lights."""
    pattern = r"(?:set|dim|brighten) (.+?)(?: brightness)? to (\d+) ?(?:%|percent)?"
    if not (found := match_request(request, pattern)):
        return None
    if not request.results:
        tool = request.tool("HassLightSet", "name", "brightness")
        target = _target(request, found[1])
        return call_tool(
            request, tool, "set lights", **target, brightness=int(found[2])
        )
    if problem := request.results[-1].problem:
        return apology(request, problem)
    return speak(request, f"{_targets_and_verb(request)} set to {found[2]} percent.")


def switch(request: RequestView) -> Answer | None:
    """Turn something on or off."""
    if found := match_request(request, r"(?:turn|switch) (on|off) (.+)"):
        state, words = found[1].lower(), found[2]
    elif found := match_request(request, r"(?:turn|switch) (.+) (on|off)"):
        state, words = found[2].lower(), found[1]
    else:
        return None
    return _switch(request, state, words)


def move(request: RequestView) -> Answer | None:
    """Open, close or lock something."""
    if not (found := match_request(request, r"(open|close|lock) (.+)")):
        return None
    verb = found[1].lower()
    state = "off" if verb == "close" else "on"
    return _switch(request, state, found[2], done=f"{verb.removesuffix('e')}ed")


def ask_for_room(request: RequestView) -> Answer | None:
    """Ask in which room, if the system prompt has a marker that opens the microphone."""
    if _lights_command(request.text) and (marker := _listen_marker(request)):
        return speak(request, f"{WHICH_ROOM} {marker}")
    return None


def switch_in_room(request: RequestView) -> Answer | None:
    """Turn the lights on or off in the room that was asked for."""
    match request.chat_texts:
        case [*_, before, question, _] if question.startswith(WHICH_ROOM):
            room = match_request(request, r"(?:in )?(.+)")
            if (
                (state := _lights_command(before))
                and room
                and without_article(room[1]).lower() in request.areas
            ):
                return _switch(request, state, f"lights in {room[1]}")
    return None


def fill_schema(request: RequestView) -> Answer | None:
    """Answer a task with example data for its schema."""
    if request.schema is None:
        return None
    return say(json.dumps(schema_example(request.schema)))


def say_something_nice(request: RequestView) -> Answer | None:
    """Say something nice that ends in a rhetorical question."""
    return (
        speak(request, NICE)
        if match_request(request, "tell me something nice")
        else None
    )


def _switch(
    request: RequestView, state: str, words: str, *, done: str | None = None
) -> Answer:
    """Turn the target of the words on or off; `done` is what it is called then."""
    if not request.results:
        tool = request.tool(f"HassTurn{state.title()}", "name", "area", "domain")
        return call_tool(
            request, tool, f"turn things {state}", **_target(request, words)
        )
    if problem := request.results[-1].problem:
        return apology(request, problem)
    done = done or f"turned {state}"
    return speak(request, f"{_targets_and_verb(request)} {done}.")


def report_state(request: RequestView) -> Answer | None:
    """Answer questions about the state of the house or of an entity."""
    state = "on|off|open|closed|locked|unlocked"
    filters: dict[str, Any] = {}
    if found := match_request(
        request, r"(?:which|what|are any) lights? (?:are |is )?on(?: in (.+))?"
    ):
        filters, report = {"domain": "light"}, lights_on
        if found[1]:
            filters["area"] = without_article(found[1])
    elif match_request(request, r"what(?:'s| is) on|is anything on"):
        report = things_on
    elif match_request(request, r"(?:what|how)(?:'s| is) the weather\b.*"):
        filters, report = {"domain": "weather"}, weather
    elif match_request(
        request, r"how(?:'s| is) the house|what(?:'s| is) the state of the house"
    ):
        report = overview
    elif found := match_request(request, rf"(?:is|are) (.+?) (?:turned )?(?:{state})"):
        filters, report = _target(request, found[1]), overview
    else:
        return None
    if not request.results:
        tool = request.tool("GetLiveContext", *filters)
        return call_tool(request, tool, "look at the house", **filters)
    if problem := request.results[-1].problem:
        return apology(request, problem)
    return speak(request, report(request.results[-1].data))


def pantry(request: RequestView) -> Answer | None:
    """Answer how much of some food is left."""
    if not (found := match_request(request, r"how many (\w+) (?:do we have|are left)")):
        return None
    if not request.results:
        tool = request.tool("pantry_stock", "item")
        return call_tool(request, tool, "see how much food is left", item=found[1])
    if problem := request.results[-1].problem:
        return apology(request, problem)
    (content,) = request.results[-1].data["content"]
    return speak(request, f"In the pantry: {content['text']}.")


def kiln(request: RequestView) -> Answer | None:
    """Answer how hot the kiln is, which takes long to measure."""
    if not match_request(request, r"how (?:hot|warm) is the kiln"):
        return None
    if not request.results:
        return call_tool(request, request.tool("kiln_temperature"), "see the kiln")
    if problem := request.results[-1].problem:
        return apology(request, problem)
    (content,) = request.results[-1].data["content"]
    return speak(request, f"The kiln has {content['text']}.")


def clock(request: RequestView) -> Answer | None:
    """Answer what time or day it is."""
    if not match_request(
        request, r"what (?:time|day) is it|what(?:'s| is) the (?:time|date)"
    ):
        return None
    if not request.results:
        return call_tool(request, request.tool("GetDateTime"), "see a clock")
    if problem := request.results[-1].problem:
        return apology(request, problem)
    return speak(request, now(request.results[-1].data))


RULES: list[Rule] = [
    *(extract_facts, fill_schema, describe_picture, greet, dim),
    *(do_later, tell_scheduled, cancel_scheduled),
    *(switch_in_room, ask_for_room, switch, move, report_state),
    *(clock, pantry, kiln, look, unlock, confirm),
    *(tell_when, tell_temperatures),
    *(remember, acknowledge, tell_name, tell_former_name, tell_drink, forget),
    *(say_something_nice, tell_story, tell_place),
]


def _lights_command(text: str) -> str | None:
    """Return on or off for a command about lights without a room, else None."""
    pattern = r"(?:turn|switch) (?:(on|off) (?:the )?lights?|(?:the )?lights? (on|off))"
    found = match_text(text, pattern)
    return (found[1] or found[2]).lower() if found else None


def _listen_marker(request: RequestView) -> str | None:
    """Return the marker that opens the microphone, None if there is none."""
    prompt = str(request.body["messages"][0].get("content"))
    found = re.search(r"end with (\[\w+\])", prompt)
    return found[1] if found else None


def _target(request: RequestView, words: str) -> dict[str, Any]:
    """Return the intent arguments for the words."""
    name = without_article(words)
    key = name.casefold()
    if known := request.names.get(key):
        return {"name": known}
    if key in ("light", "lights"):
        return {"name": "all", "domain": ["light"]}
    found = re.fullmatch(r"lights? in (?:the )?(.+)|(.+?) lights?", key)
    if found and (area := request.areas.get(found[1] or found[2])):
        return {"area": area, "domain": ["light"]}
    return {"name": name}


def _targets_and_verb(request: RequestView) -> str:
    """Return the targets of the last tool call, followed by the verb."""
    names = request.results[-1].targets or ["It"]
    return f"{listing(names)} {'is' if len(names) == 1 else 'are'}"
