"""Tests of signs that a model writes in place of words, on a voice device."""

from collections.abc import Callable

import pytest

from testbed.replies import Call, say as reply
from testbed.server import ModelServer

from .conftest import Say, speech
from .spies import SpyTool


@pytest.fixture(params=[True, False], ids=["streamed", "whole"])
def streaming(request: pytest.FixtureRequest, set_options: Callable[..., None]) -> bool:
    """Run a test with streaming and without."""
    set_options(enable_streaming=request.param)
    return bool(request.param)


VOICE = {"device_id": "a-device", "language": "de"}


@pytest.mark.parametrize(
    ("text", "spoken"),
    [("❌", "Nein."), ("👎", "Nein."), ("✅", "Erledigt.")],
)
async def test_only_a_sign_after_an_act(
    server: ModelServer,
    say: Say,
    offer: Callable[..., None],
    streaming: bool,
    text: str,
    spoken: str,
) -> None:
    """A sign that denies is no confirmation of what was done."""
    offer(SpyTool("press"))
    server.script(reply(calls=[Call("press")]), reply(text))
    assert speech(await say("Press it", **VOICE)) == spoken


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("✅", "Ja."),
        ("Küche ✅, Bad ❌[1]", "Küche ja, Bad nein"),
        ("- [x] Milch\n- ~~Brot~~", "Erledigt: Milch.\nBrot, gestrichen."),
    ],
)
async def test_status_in_words(
    server: ModelServer, say: Say, streaming: bool, text: str, spoken: str
) -> None:
    """A status is said in the user's language, and shown as the model wrote it."""
    server.script(reply(*text), reply(*text))
    assert speech(await say("Is it?", **VOICE)) == spoken
    assert speech(await say("Is it?", language="de")) == text
