"""Tests of servers that cut a prompt that is too long, and of what is learned of sizes."""

from collections.abc import Callable
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.openai_compatible_conversation.const import DOMAIN
from custom_components.openai_compatible_conversation.diagnostics import (
    async_get_config_entry_diagnostics,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from testbed.replies import Answer, Body, Reply, failure, say as reply
from testbed.server import ModelServer, RecordedRequest

from .conftest import MODEL, Say, failed

LONG_PROMPT = "You live in a house with a garden and a cat. " * 600
"""About 6,000 tokens."""


def size_of(body: Body) -> int:
    """Return what the server counts in a request: a token for each four characters."""
    texts = [str(message["content"]) for message in body["messages"]]
    return 30 + sum(len(text) // 4 + 5 for text in [*texts, str(body.get("tools", ""))])


def counting(text: str, limit: int | None = None) -> Answer:
    """Return an answer with the tokens of its request, of at most `limit` of them."""

    def respond(body: Body) -> Reply:
        """Answer a request."""
        size = size_of(body)
        answer = reply(text, usage=(min(size, limit or size), 5, 0))
        assert callable(answer)
        return answer(body)

    return respond


def issue(hass: HomeAssistant, entry: MockConfigEntry) -> ir.IssueEntry | None:
    """Return the issue that prompts are cut, if there is one."""
    return ir.async_get(hass).async_get_issue(DOMAIN, f"prompt_cut_{entry.entry_id}")


async def budget(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, Any]:
    """Return the budget in the diagnostics."""
    found: dict[str, Any] = (await async_get_config_entry_diagnostics(hass, entry))[
        "budget"
    ]
    return found


@pytest.mark.parametrize("streams", [True, False])
async def test_silent_cut(
    hass: HomeAssistant,
    server: ModelServer,
    entry: MockConfigEntry,
    say: Say,
    set_options: Callable[..., None],
    streams: bool,
) -> None:
    """A repair issue tells of a silent cut and what to set, until there is none."""
    set_options(prompt=LONG_PROMPT, enable_streaming=streams)
    for number in range(4):
        assert issue(hass, entry) is None
        server.script(counting("Yes.", limit=4096))
        await say(f"Is it warm in room {number}?")
    found = issue(hass, entry)
    assert found is not None
    assert found.translation_placeholders is not None
    assert found.translation_placeholders["tokens"] == "4,096"
    assert "OLLAMA_CONTEXT_LENGTH=16384" in found.translation_placeholders["settings"]
    told = await budget(hass, entry)
    assert (told["context"], told["source"]) == (4096, "cut")

    # It is still known after a restart.
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert issue(hass, entry) is not None
    server.script(counting("Yes."))
    await say("And now?")
    assert issue(hass, entry) is None
    assert (await budget(hass, entry))["source"] == "assumed"


async def test_counted_right(
    hass: HomeAssistant,
    server: ModelServer,
    entry: MockConfigEntry,
    say: Say,
    set_options: Callable[..., None],
) -> None:
    """What a server counts is learned, and is the same after a reload."""
    set_options(prompt=LONG_PROMPT)
    for number in range(5):
        server.script(counting("It is warm in there."))
        await say(f"Is it warm in room {number}?")
    assert issue(hass, entry) is None
    told = await budget(hass, entry)
    assert told["counts"] == 5
    size = size_of(server.bodies[-1])
    assert told["system_prompt_and_tools"] == pytest.approx(size, rel=0.1)
    assert await hass.config_entries.async_reload(entry.entry_id)
    again = await budget(hass, entry)
    assert again["tokens_per_character"] == told["tokens_per_character"]


@pytest.mark.parametrize("usage", [(0, 0, 0), (10, 5, 0), (700, 5, 0)])
async def test_counted_wrong(
    hass: HomeAssistant,
    server: ModelServer,
    entry: MockConfigEntry,
    say: Say,
    set_options: Callable[..., None],
    usage: tuple[int, int, int],
) -> None:
    """What cannot be a count teaches nothing, and is no sign of a cut."""
    set_options(prompt=LONG_PROMPT)
    for number in range(5):
        server.script(reply("Yes.", usage=usage))
        await say(f"Is it warm in room {number}?")
    assert issue(hass, entry) is None
    told = await budget(hass, entry)
    assert (told["counts"], told["source"]) == (0, "assumed")


async def test_refusal(
    hass: HomeAssistant,
    server: ModelServer,
    entry: MockConfigEntry,
    say: Say,
) -> None:
    """After a refusal, the session stays within the size that the server named."""

    def refuse(request: RecordedRequest) -> Reply | None:
        """Refuse a request that is too long."""
        if not request.path.endswith("/chat/completions"):
            return None
        if (size := size_of(request.body)) <= 10_000:
            return None
        words = (
            f"request ({size} tokens) exceeds the available context size (10000 tokens)"
        )
        return failure(400, {"error": {"message": words}})

    server.reject = refuse
    for number in range(30):
        words = " ".join(str(7919 * (number + n * n) % 10_007) for n in range(300))
        server.script(counting(words))
        assert not failed(await say(f"Tell me of the number {number}. " * 20))
    assert len(server.rejected) == 1
    told = await budget(hass, entry)
    assert (told["context"], told["source"]) == (10_000, "refusal")
    assert 1 < len(entry.runtime_data.sessions.household.state.turns) < 20


async def test_told_by_the_server(
    hass: HomeAssistant, server: ModelServer, entry: MockConfigEntry, agent: str
) -> None:
    """The size that the server tells is taken, and the longest answer has its room."""
    listing = b'{"data":[{"id":"%s","max_model_len":32768}]}' % MODEL.encode()
    server.models_reply = Reply([listing], content_type="application/json")
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    told = await budget(hass, entry)
    assert (told["context"], told["source"]) == (32_768, "server")
    options = {**entry.options, "extra_body": {"max_completion_tokens": 9000}}
    hass.config_entries.async_update_entry(entry, options=options)
    assert (await budget(hass, entry))["limits"]["answer"] == 9000


async def test_forgotten(
    hass: HomeAssistant,
    server: ModelServer,
    entry: MockConfigEntry,
    say: Say,
    set_options: Callable[..., None],
) -> None:
    """What is forgotten of a server includes its counts, and the issue."""
    set_options(prompt=LONG_PROMPT)
    for number in range(4):
        server.script(counting("Yes.", limit=4096))
        await say(f"Is it warm in room {number}?")
    assert issue(hass, entry) is not None
    await hass.services.async_call(
        DOMAIN,
        "forget_server",
        {"config_entry_id": entry.entry_id},
        blocking=True,
        return_response=True,
    )
    assert issue(hass, entry) is None
    assert (await budget(hass, entry))["source"] == "assumed"


async def test_removed(
    hass: HomeAssistant,
    server: ModelServer,
    entry: MockConfigEntry,
    say: Say,
    set_options: Callable[..., None],
) -> None:
    """The issue is about one model, and goes with it and with the entry."""
    set_options(prompt=LONG_PROMPT)
    for number in range(4):
        server.script(counting("Yes.", limit=4096))
        await say(f"Is it warm in room {number}?")
    set_options(chat_model="another")
    await hass.async_block_till_done()
    assert issue(hass, entry) is None
    set_options(chat_model=MODEL)
    await hass.async_block_till_done()
    assert issue(hass, entry) is not None
    assert await hass.config_entries.async_remove(entry.entry_id)
    assert issue(hass, entry) is None
