"""What the tests of calls that need a yes have in common."""

from collections.abc import Callable, Coroutine
import json
import re
from typing import Any

from homeassistant.components import conversation
from homeassistant.core import ServiceCall
from homeassistant.helpers import llm
from testbed.replies import Answer, Body, Call, Reply, say as reply
from testbed.server import ModelServer

from .text_calls import text_call

OFF = "intent__HassTurnOff"
ON = "intent__HassTurnOn"
CONFIRM = "confirm_action"
FRONT = {"name": "Front Door"}
UNLOCK = Call(OFF, FRONT)
CALL_NOW = "Call it now."
ASKED = "Should I unlock Front Door?"
DESTRUCTIVE = llm.ToolAnnotations(destructive=True, open_world=False)

type Talk = Callable[..., Coroutine[Any, Any, conversation.ConversationResult]]


def told(body: Body) -> list[str]:
    """Return the tokens in what the user just said, with its context."""
    texts = [
        content
        if isinstance(content := message["content"], str)
        else json.dumps(content)
        for message in body["messages"]
        if message["role"] == "user"
    ]
    said = [text for text in texts if text != CALL_NOW]
    return re.findall(r"with token (\w+)", said[-1])


def confirm(*rest: Call, text: str = "", number: int = 0) -> Answer:
    """Return the answer of a model that confirms with a token that it was told."""

    def answer(body: Body) -> Reply:
        calls = [Call(CONFIRM, {"token": told(body)[number]}), *rest]
        made = reply(text, calls=calls)
        return made if isinstance(made, Reply) else made(body)

    return answer


def confirm_in_text(body: Body) -> Reply:
    """Return the answer of a model that confirms in its text."""
    made = reply(text_call(CONFIRM, token=told(body)[0]))
    return made if isinstance(made, Reply) else made(body)


def results(server: ModelServer) -> list[Any]:
    """Return the results of the last turn in the last request."""
    found: list[Any] = []
    for message in server.bodies[-1]["messages"]:
        if message["role"] == "user":
            found.clear()
        elif message["role"] == "tool":
            found.append(json.loads(message["content"]))
    return found


def services(done: list[ServiceCall]) -> list[str]:
    """Return what was done, in order."""
    return [call.service for call in done]


async def ask_for(
    server: ModelServer, talk: Talk, language: str = "en", **fields: Any
) -> conversation.ConversationResult:
    """Have the model unlock, and return the question."""
    server.script(reply(calls=[UNLOCK]), reply("Front Door: unlock?"))
    result = await talk("Unlock the front door", language=language, **fields)
    assert result.continue_conversation
    server.forget()
    return result


async def ask(server: ModelServer, talk: Talk, language: str = "en") -> str:
    """Have the model unlock; return a token as it could be."""
    await ask_for(server, talk, language)
    return "bcdfg"


def confirm_any(body: Body) -> Reply:
    """Return a confirmation with whatever the last result could hold as a token."""
    results = [m["content"] for m in body["messages"] if m["role"] == "tool"]
    words = re.findall(r"\w{5}", " ".join(results))
    calls = [Call(CONFIRM, {"token": word}, id=word) for word in dict.fromkeys(words)]
    made = reply(calls=calls)
    return made if isinstance(made, Reply) else made(body)
