"""Tests of the config flow over the API."""

from typing import Any

import pytest

from testbed.assistant import DOMAIN, entries_of, models_offered
from testbed.flows import Flow
from testbed.hass import claim_port
from testbed.replies import failure
from testbed.server import ModelServer
from testbed.websocket import Client

from .agent import Agent

NOT_FOUND = {"error": {"message": "model 'no-such' not found", "code": 404}}


def user_input(base_url: str, **others: Any) -> dict[str, Any]:
    """Return user input for the first form."""
    return {"name": "Robot", "base_url": base_url, "api_key": "right", **others}


async def test_success(server: ModelServer, client: Client) -> None:
    """The created entry uses the entered server, key and model."""
    server.api_key = "right"
    server.models = ("large", "small")
    flow = await Flow.config(client, DOMAIN)
    assert flow.step["step_id"] == "user"
    assert flow.suggested == {
        "name": "OpenAI-Compatible",
        "base_url": "http://localhost:8080/v1",
        "verify_ssl": True,
    }

    await flow.submit(**user_input(server.base_url))
    assert flow.step["step_id"] == "model"
    assert models_offered(flow.step) == ["large", "small"]

    await flow.submit(chat_model="small")
    assert flow.step["type"] == "create_entry"
    assert flow.step["title"] == "Robot"
    (entry,) = await entries_of(client)
    assert entry["title"] == "Robot"
    assert entry["state"] == "loaded"

    agent = await Agent.of(client, entry["entry_id"])
    turn = await agent.say("hello")
    assert turn.answer == "Hello there."
    request = server.completions[-1]
    assert request.headers["Authorization"] == "Bearer right"
    assert request.body["model"] == "small"


async def test_no_key(server: ModelServer, client: Client) -> None:
    """Without a key no Authorization header is sent, in the flow and in a turn."""
    flow = await Flow.config(client, DOMAIN)
    await flow.submit(name="Robot", base_url=server.base_url)
    assert flow.step["step_id"] == "model"
    await flow.submit(chat_model="scripted")
    assert flow.step["type"] == "create_entry"

    agent = await Agent.of(client, flow.step["result"]["entry_id"])
    turn = await agent.say("hello")
    assert turn.answer == "Hello there."
    assert server.requests
    assert not any("Authorization" in r.headers for r in server.requests)


async def test_typed_model(server: ModelServer, client: Client) -> None:
    """A model that the server does not list can be entered."""
    flow = await Flow.config(client, DOMAIN)
    await flow.submit(**user_input(server.base_url))
    await flow.submit(chat_model="unlisted")
    assert flow.step["type"] == "create_entry"
    assert server.bodies[-1]["model"] == "unlisted"


async def test_wrong_key(server: ModelServer, client: Client) -> None:
    """A refused key shows an error and keeps the input; a valid key continues."""
    server.api_key = "right"
    wrong_key_input = user_input(server.base_url, api_key="wrong")
    flow = await Flow.config(client, DOMAIN)
    await flow.submit(**wrong_key_input)
    assert flow.step["step_id"] == "user"
    assert flow.step["errors"] == {"base": "invalid_auth"}
    assert flow.suggested == {**wrong_key_input, "verify_ssl": True}

    await flow.submit(**user_input(server.base_url))
    assert flow.step["step_id"] == "model"


async def test_unreachable(client: Client) -> None:
    """An unreachable server shows an error and keeps the input."""
    unreachable = user_input(f"http://127.0.0.1:{claim_port()}/v1")
    flow = await Flow.config(client, DOMAIN)
    await flow.submit(**unreachable)
    assert flow.step["step_id"] == "user"
    assert flow.step["errors"] == {"base": "cannot_connect"}
    assert flow.suggested == {**unreachable, "verify_ssl": True}
    assert not await entries_of(client)


async def test_nothing_at_url(server: ModelServer, client: Client) -> None:
    """A URL without the API shows an error and keeps the input."""
    without_api = user_input(f"http://127.0.0.1:{server.port}/other")
    flow = await Flow.config(client, DOMAIN)
    await flow.submit(**without_api)
    assert flow.step["errors"] == {"base": "cannot_connect"}
    assert flow.suggested == {**without_api, "verify_ssl": True}
    assert [r.path for r in server.requests] == [
        "/other/models",
        "/other/v1/models",
        "/other/chat/completions",
        "/other/v1/chat/completions",
    ]


@pytest.mark.parametrize("ending", ["", "/", "/v1/"])
async def test_url_is_completed(
    server: ModelServer, client: Client, ending: str
) -> None:
    """`/v1` is appended where the API needs it, and a trailing slash is dropped."""
    flow = await Flow.config(client, DOMAIN)
    await flow.submit(**user_input(f"http://127.0.0.1:{server.port}{ending}"))
    assert flow.step["step_id"] == "model"
    await flow.submit(chat_model="scripted")
    assert flow.step["type"] == "create_entry"
    assert "/v1/models" in {request.path for request in server.requests}
    assert [r.path for r in server.completions] == ["/v1/chat/completions"]


async def test_host_in_capitals(server: ModelServer, client: Client) -> None:
    """A host name in capitals is the same host."""
    flow = await Flow.config(client, DOMAIN)
    await flow.submit(**user_input(f"http://LOCALHOST:{server.port}/v1"))
    assert flow.step["step_id"] == "model"
    await flow.submit(chat_model="scripted")
    assert flow.step["type"] == "create_entry"
    agent = await Agent.of(client, flow.step["result"]["entry_id"])
    assert (await agent.say("hello")).answer == "Hello there."
    flow = await Flow.config(client, DOMAIN)
    await flow.submit(**user_input(f"localhost:{server.port}/v1"))
    assert flow.step["reason"] == "already_configured"


@pytest.mark.parametrize("address", ["http://[::1]:{}/v1", "[0:0:0:0:0:0:0:1]:{}"])
async def test_ipv6(client: Client, address: str) -> None:
    """A server at an IPv6 address is set up and answers."""
    async with ModelServer(host="::1") as server:
        flow = await Flow.config(client, DOMAIN)
        await flow.submit(**user_input(address.format(server.port)))
        assert flow.step["step_id"] == "model"
        await flow.submit(chat_model="scripted")
        assert flow.step["type"] == "create_entry"
        agent = await Agent.of(client, flow.step["result"]["entry_id"])
        assert (await agent.say("hello")).answer == "Hello there."


async def test_model_not_found(server: ModelServer, client: Client) -> None:
    """An unknown model shows an error, is kept, and can be changed."""
    flow = await Flow.config(client, DOMAIN)
    await flow.submit(**user_input(server.base_url))
    server.script(failure(404, NOT_FOUND))
    await flow.submit(chat_model="no-such")
    assert flow.step["step_id"] == "model"
    assert flow.step["errors"] == {"base": "model_not_found"}
    assert flow.suggested == {"chat_model": "no-such"}
    message = flow.step["description_placeholders"]["message"]
    assert message == NOT_FOUND["error"]["message"]

    await flow.submit(chat_model="scripted")
    assert flow.step["type"] == "create_entry"


async def test_server_fails(server: ModelServer, client: Client) -> None:
    """A server error is shown with its message and keeps the input."""
    server.models_reply = failure(500, {"error": {"message": "out of memory"}})
    flow = await Flow.config(client, DOMAIN)
    await flow.submit(**user_input(server.base_url))
    assert flow.step["errors"] == {"base": "api_error"}
    assert flow.step["description_placeholders"]["message"] == "out of memory"
    assert flow.suggested == {**user_input(server.base_url), "verify_ssl": True}


async def test_same_server_twice(
    agent: Agent, server: ModelServer, client: Client
) -> None:
    """The same URL is refused with the same name and accepted with another one."""
    name = (await agent.entry())["title"]
    flow = await Flow.config(client, DOMAIN)
    await flow.submit(**user_input(server.base_url, name=name))
    assert flow.step["type"] == "abort"
    assert flow.step["reason"] == "already_configured"

    flow = await Flow.config(client, DOMAIN)
    await flow.submit(**user_input(server.base_url, name="Another"))
    await flow.submit(chat_model="scripted")
    assert flow.step["type"] == "create_entry"
    assert len(await entries_of(client)) == 2
