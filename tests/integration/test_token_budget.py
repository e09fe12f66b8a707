"""Tests of what is sent to a server whose context is small, counted by its tokenizer."""

from collections.abc import Callable, Iterator
from itertools import cycle
import os
from typing import Any

import probatio
import pytest

from homeassistant.components import conversation
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar, entity_registry as er, llm
from testbed.hindi_home import TOOLS, dialogue, entities
from testbed.replies import Answer, Body, Call, Reply, failure, say as reply
from testbed.server import ModelServer, RecordedRequest
from testbed.tokenizer import RecordedTokenizer, TokenRecorder

from .conftest import MODEL, Say, failed, speech
from .spies import SpyAPI, SpyTool

ANSWER = 400
"""Tokens of the longest answer of the scripted model, with room to spare."""


@pytest.fixture(scope="module")
def tokenizer() -> Iterator[RecordedTokenizer]:
    """Return a tokenizer; with TOKENIZER_URL, it is recorded from that server."""
    if url := os.environ.get("TOKENIZER_URL"):
        recorder = TokenRecorder(url)
        yield recorder
        recorder.save()
    else:
        yield RecordedTokenizer()


class SmallServer:
    """A model in a home that speaks Hindi, in a context of a size that it tells.

    In some turns it reads the states of the home first.
    """

    def __init__(
        self, server: ModelServer, tokenizer: RecordedTokenizer, size: int
    ) -> None:
        """Have a server count tokens, and refuse what is longer than its context."""
        self.size = size
        self.counts: list[int] = []
        self._tokenizer = tokenizer
        server.models_reply = Reply(
            [b'{"data":[{"id":"%s","max_model_len":%d}]}' % (MODEL.encode(), size)],
            content_type="application/json",
        )
        server.reject = self._reject

    def answers(self, said: str, answer: str) -> list[Answer]:
        """Return the answers of a turn."""
        call = Call("homeassistant__GetLiveContext")
        reads = [self._counted(calls=[call])] if said[0] in "369" else []
        return [*reads, self._counted(answer)]

    def _counted(self, *words: str, **fields: Any) -> Answer:
        """Return an answer with the number of tokens in its request."""

        def respond(body: Body) -> Reply:
            """Answer a request, which was counted when it arrived."""
            answer = reply(*words, usage=(self.counts[-1], 50, 0), **fields)
            assert callable(answer)
            return answer(body)

        return respond

    def _reject(self, request: RecordedRequest) -> Reply | None:
        """Return a refusal of a request that is too long."""
        if not request.path.endswith("/chat/completions"):
            return None
        self.counts.append(self._tokenizer.prompt_tokens(request.body))
        if self.counts[-1] <= self.size:
            return None
        words = f"maximum context length is {self.size} tokens, got {self.counts[-1]}"
        return failure(400, {"error": {"message": words}})


@pytest.fixture
async def hindi_home(hass: HomeAssistant, components: None) -> None:
    """Expose the entities of the home, in their areas."""
    areas, registry = ar.async_get(hass), er.async_get(hass)
    for entity_id, name, area in entities():
        domain, _, object_id = entity_id.partition(".")
        registry.async_get_or_create(
            domain, "test", object_id, suggested_object_id=object_id, original_name=name
        )
        place = areas.async_get_or_create(area)
        registry.async_update_entity(entity_id, area_id=place.id)
        hass.states.async_set(entity_id, "on", {"friendly_name": name})
        async_expose_entity(hass, conversation.DOMAIN, entity_id, should_expose=True)


def offer_tools(hass: HomeAssistant, count: int) -> None:
    """Offer an API with tools of the home, with parameters."""
    words = cycle(TOOLS.items())
    parameters = probatio.Schema(
        {
            probatio.Required("समय", description="कब, जैसे 07:30"): str,
            probatio.Optional("मिनट"): int,
        }
    )
    tools = [
        SpyTool(f"{name}_{number}", description=text, parameters=parameters)
        for number, (name, text) in zip(range(count), words, strict=False)
    ]
    llm.async_register_api(hass, SpyAPI(hass, "scripts", *tools))


@pytest.mark.parametrize(("size", "least"), [(16_384, 10), (8192, 5)])
async def test_full_session_in_hindi(
    hass: HomeAssistant,
    server: ModelServer,
    hindi_home: None,
    agent: str,
    say: Say,
    set_options: Callable[..., None],
    tokenizer: RecordedTokenizer,
    size: int,
    least: int,
) -> None:
    """Forty entities, thirty tools and a full session fit, with room for the answer."""
    small = SmallServer(server, tokenizer, size)
    entry = hass.config_entries.async_entries()[0]
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    offer_tools(hass, 30 - len(await assist_tools(hass)))
    set_options(llm_hass_api=["assist", "scripts"], conversation_timeout=600)
    remembered = []
    for said, answer in dialogue(44):
        server.script(*small.answers(said, answer))
        result = await say(said, language="hi")
        assert not failed(result), speech(result)
        remembered.append(len(entry.runtime_data.sessions.household.state.turns))
    assert not server.rejected
    assert max(small.counts) + ANSWER <= size
    # The session was full, for turns were dropped from it.
    assert len(remembered) > max(remembered) >= least


async def assist_tools(hass: HomeAssistant) -> list[Any]:
    """Return the tools that Assist has in this home."""
    api = await llm.async_get_api(
        hass,
        "assist",
        llm.LLMContext("test", None, "hi", conversation.DOMAIN, None),
    )
    return api.tools
