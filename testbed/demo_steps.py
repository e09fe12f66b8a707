"""The steps of the demo: what is said, and the checks on the outcome."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from .config_dir import TIME_ZONE
from .demo_past import COLDEST, WARMEST
from .talk import TurnResult
from .websocket import Message

type States = dict[str, Message]
"""States of the house by entity ID."""


@dataclass(frozen=True)
class Outcome:
    """The outcome of a step: the turn, and the states before and after it."""

    turn: TurnResult
    before: States
    after: States


@dataclass(frozen=True)
class Check:
    """A condition that must hold after a step, with its description."""

    says: str
    holds: Callable[[Outcome], bool]


@dataclass(frozen=True)
class Step:
    """A text to say, and the checks after it."""

    say: str
    checks: tuple[Check, ...]
    elsewhere: bool = False
    """Whether it starts a new conversation, as from another satellite."""
    scripted: bool = False
    """Whether only the scripted model is expected to pass it."""


ANSWERED = Check(
    "an answer without an error", lambda o: bool(o.turn.answer) and not o.turn.error
)
STREAMED = Check("its first word before its last", lambda o: o.turn.streamed)
QUESTION = Check("a question mark at its end", lambda o: o.turn.has_question)
OPEN = Check("an open microphone after it", lambda o: o.turn.continue_conversation)
CLOSED = Check(
    "a closed microphone after it", lambda o: not o.turn.continue_conversation
)


def called(tool: str) -> Check:
    """Return the check that a tool was called and succeeded."""
    return Check(
        f"a call of {tool} that worked",
        lambda o: any(call.good and call.name.endswith(tool) for call in o.turn.calls),
    )


def changed(entity_id: str, before: str, after: str) -> Check:
    """Return the check that a state changed."""
    return Check(
        f"{entity_id}: {before} -> {after}",
        lambda o: (
            o.before[entity_id]["state"] == before
            and o.after[entity_id]["state"] == after
        ),
    )


def unlocks(entity_id: str) -> Check:
    """Return the check that a lock is unlocked, or about to be."""
    return Check(
        f"{entity_id}: locked -> unlocked",
        lambda o: (
            o.before[entity_id]["state"] == "locked"
            and o.after[entity_id]["state"] in ("unlocking", "unlocked")
        ),
    )


def stays(entity_id: str) -> Check:
    """Return the check that a state did not change."""
    return Check(
        f"{entity_id} as it was",
        lambda o: o.before[entity_id]["state"] == o.after[entity_id]["state"],
    )


def brightness(entity_id: str, percent: int) -> Check:
    """Return the check that a light has a brightness."""
    return Check(
        f"{entity_id} at {percent} %",
        lambda o: brightness_of(o.after[entity_id]) == percent,
    )


def brightness_of(state: Message) -> int | None:
    """Return the brightness of a light that is on, in percent."""
    level = state["attributes"].get("brightness")
    return None if level is None else round(level / 2.55)


def names(*words: str) -> Check:
    """Return the check that the answer contains all the words, ignoring case."""
    return Check(
        f"an answer that names {' and '.join(words)}",
        lambda o: all(word.casefold() in o.turn.answer.casefold() for word in words),
    )


def names_time_of(entity_id: str) -> Check:
    """Return the check that the answer names the time of the last change of a state."""

    def holds(outcome: Outcome) -> bool:
        """Return whether the answer has the day and the minute, in the home's time."""
        changed = datetime.fromisoformat(outcome.before[entity_id]["last_changed"])
        local = changed.astimezone(ZoneInfo(TIME_ZONE))
        return f"{local:%Y-%m-%d %H:%M}" in outcome.turn.answer

    return Check(f"an answer that names when {entity_id} changed", holds)


LIGHT = "light.kitchen_lights"
OTHER_LIGHT = "light.bed_light"
LOCK = "lock.front_door"

CONVERSATION = [
    Step("Hello, who are you?", (ANSWERED, STREAMED)),
    Step(
        "Turn on the kitchen lights",
        (ANSWERED, STREAMED, called("HassTurnOn"), changed(LIGHT, "off", "on")),
    ),
    Step(
        "Set the kitchen lights to 30 percent",
        (ANSWERED, STREAMED, called("HassLightSet"), brightness(LIGHT, 30)),
    ),
    Step(
        "Which lights are on?",
        (ANSWERED, STREAMED, called("GetLiveContext"), names("Kitchen Lights")),
    ),
    Step(
        "Turn the kitchen lights off again",
        (ANSWERED, STREAMED, called("HassTurnOff"), changed(LIGHT, "on", "off")),
    ),
    Step("Turn on the lights", (ANSWERED, STREAMED, QUESTION, OPEN), scripted=True),
    Step(
        "In the bedroom",
        (
            *(ANSWERED, STREAMED, CLOSED),
            *(called("HassTurnOn"), changed(OTHER_LIGHT, "off", "on")),
            names("Bed Light"),
        ),
        scripted=True,
    ),
    Step(
        "How many eggs do we have?",
        (ANSWERED, STREAMED, *(called(t) for t in ("query_tools", "pantry_stock"))),
    ),
    Step(
        "Turn on the kitchen lights in twenty minutes",
        (ANSWERED, STREAMED, called("schedule_action")),
        scripted=True,
    ),
    Step(
        "What is scheduled?",
        (*(ANSWERED, STREAMED, called("query_scheduled_actions")), names("Kitchen")),
        scripted=True,
    ),
    Step(
        "Cancel it",
        (ANSWERED, STREAMED, called("cancel_scheduled_action")),
        scripted=True,
    ),
    Step(
        "What do you see on the demo camera?",
        (*(ANSWERED, STREAMED, called("look_at_camera")), names("I see a picture")),
        scripted=True,
    ),
    Step(
        "Unlock the front door",
        (*(ANSWERED, QUESTION, OPEN), names("unlock", "Front Door"), stays(LOCK)),
        scripted=True,
    ),
    Step(
        "Yes",
        (
            *(ANSWERED, STREAMED, CLOSED, called("confirm_action")),
            unlocks(LOCK),
        ),
        scripted=True,
    ),
    Step("My cat is called Amy", (ANSWERED, STREAMED)),
    Step("What is my cat called?", (ANSWERED, STREAMED, names("Amy")), elsewhere=True),
    Step(
        "Tell me something nice", (ANSWERED, STREAMED, QUESTION, CLOSED), scripted=True
    ),
]

PAST = [
    Step(
        "When did somebody unlock the front door?",
        (ANSWERED, STREAMED, called("get_history"), names_time_of(LOCK)),
    ),
    Step(
        "How warm was it this week?",
        (
            *(ANSWERED, STREAMED, called("get_history")),
            names(f"{COLDEST}", f"{WARMEST}"),
        ),
    ),
]
"""What was: some seconds after the front door was unlocked, when that is recorded."""

FIRST_DAY = [
    Step("Remember that my cat is called Amy", (ANSWERED, called("learn_fact"))),
    Step("By the way, I always drink green tea", (ANSWERED,)),
]
"""Facts: the first is learned on request, the second is extracted later."""

LATER = Step(
    "Turn on the bed light in 6 seconds",
    (ANSWERED, called("schedule_action"), stays(OTHER_LIGHT)),
)
"""Said just before the restart, after which the light is off at first."""

SECOND_DAY = [
    Step("What is my cat called?", (ANSWERED, called("query_facts"), names("Amy"))),
    Step(
        "What do I drink?",
        (ANSWERED, called("query_facts"), names("green tea")),
        scripted=True,
    ),
    Step("Remember that my cat is called Bella", (ANSWERED, called("learn_fact"))),
    Step(
        "What was my cat called before?",
        (ANSWERED, called("query_facts"), names("Amy")),
        scripted=True,
    ),
    Step(
        "Forget what I said about green tea",
        (ANSWERED, called("forget_fact")),
        scripted=True,
    ),
    Step(
        "What do I drink?",
        (ANSWERED, called("query_facts"), names("nothing")),
        scripted=True,
    ),
]
"""After the restart of Home Assistant, facts are asked for, changed and forgotten."""


def free(text: str) -> Step:
    """Return the step for a text from the command line."""
    return Step(text, (ANSWERED,))
