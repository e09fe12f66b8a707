"""The sentences of the browser test, and the scripted model that answers them."""

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
    """A scripted model for these sentences; other requests go to the demo's rules.

    It pauses in the middle of the recipe until `finish` is set.
    """

    def __init__(self) -> None:
        """Initialize with the recipe not finished."""
        self.finish = asyncio.Event()

    def __call__(self, body: Body) -> Answer:
        """Return the answer to a request."""
        request = RequestView(body)
        has_results = bool(request.results)
        if request.text == COOK:
            return say(*RECIPE, Pause(self.finish), RECIPE_ENDS)
        if request.text == BRIGHT:
            return say(DIMMED) if has_results else _dim(request)
        if request.text == CAT:
            return say(REMEMBERED) if has_results else say(calls=[LEARN])
        return rules.model(body)


def _dim(request: RequestView) -> Answer:
    """Return a call of `HassLightSet`, with or without a namespace."""
    tool = request.tool("HassLightSet", "name", "brightness")
    assert tool
    lights = {"name": "Kitchen Lights", "brightness": 30}
    return say(calls=[Call(tool, lights, id="call_dim")])
