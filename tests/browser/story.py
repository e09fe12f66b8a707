"""What is said in the browser, and the model that answers it."""

import asyncio

from testbed import rules
from testbed.replies import Answer, Body, Call, Pause, say
from testbed.request_view import RequestView

BRIGHT = "It is far too bright in the kitchen"
DIMMED = "I have dimmed the kitchen lights to 30 percent."
CAT = "Our cat is called Amy, please remember that"
REMEMBERED = "I will remember that your cat is called Amy."
COOK = "What can I cook with tomatoes and eggs?"
RECIPE = ("**Shakshuka.** ", "Simmer the tomatoes, ", "break the eggs into them, ")
RECIPE_ENDS = "and eat it with bread."

LEARN = Call(
    "learn_fact",
    {"category": "family_members", "key": "cat", "value": "Amy"},
    id="call_learn",
)


class Storyteller:
    """A model that knows the story; what else it is asked goes to the demo's rules.

    It stops in the middle of the recipe until `finish` is set.
    """

    def __init__(self) -> None:
        """Initialize before the first word."""
        self.finish = asyncio.Event()

    def __call__(self, body: Body) -> Answer:
        """Return the answer to a request."""
        asked = RequestView(body)
        told = bool(asked.results)
        if asked.text == COOK:
            return say(*RECIPE, Pause(self.finish), RECIPE_ENDS)
        if asked.text == BRIGHT:
            return say(DIMMED) if told else _dim(asked)
        if asked.text == CAT:
            return say(REMEMBERED) if told else say(calls=[LEARN])
        return rules.model(body)


def _dim(asked: RequestView) -> Answer:
    """Dim the lights with Home Assistant's own tool, whatever its namespace."""
    tool = asked.tool("HassLightSet", "name", "brightness")
    assert tool
    lights = {"name": "Kitchen Lights", "brightness": 30}
    return say(calls=[Call(tool, lights, id="call_dim")])
