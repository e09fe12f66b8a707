"""Setting the integration up, as the frontend does it."""

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


def typed(base_url: str, **others: Any) -> dict[str, Any]:
    """Return what somebody types into the first form."""
    return {"name": "Robot", "base_url": base_url, "api_key": "right", **others}


async def test_success(server: ModelServer, client: Client) -> None:
    """An entry is made whose agent asks the typed server with the key for the model."""
    server.api_key = "right"
    server.models = ("large", "small")
    flow = await Flow.config(client, DOMAIN)
    assert flow.step["step_id"] == "user"
    assert flow.suggested == {
        "name": "OpenAI-Compatible",
        "base_url": "http://localhost:8080/v1",
    }

    await flow.submit(**typed(server.base_url))
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
    """Without a key none is sent, neither in the flow nor in a turn."""
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
    """A model that the server does not list can be typed."""
    flow = await Flow.config(client, DOMAIN)
    await flow.submit(**typed(server.base_url))
    await flow.submit(chat_model="unlisted")
    assert flow.step["type"] == "create_entry"
    assert server.bodies[-1]["model"] == "unlisted"


async def test_wrong_key(server: ModelServer, client: Client) -> None:
    """A refused key is said, what was typed is kept, and another key goes on."""
    server.api_key = "right"
    wrong = typed(server.base_url, api_key="wrong")
    flow = await Flow.config(client, DOMAIN)
    await flow.submit(**wrong)
    assert flow.step["step_id"] == "user"
    assert flow.step["errors"] == {"base": "invalid_auth"}
    assert flow.suggested == wrong

    await flow.submit(**typed(server.base_url))
    assert flow.step["step_id"] == "model"


async def test_unreachable(client: Client) -> None:
    """A server that is not there is said, and what was typed is kept."""
    nowhere = typed(f"http://127.0.0.1:{claim_port()}/v1")
    flow = await Flow.config(client, DOMAIN)
    await flow.submit(**nowhere)
    assert flow.step["step_id"] == "user"
    assert flow.step["errors"] == {"base": "cannot_connect"}
    assert flow.suggested == nowhere
    assert not await entries_of(client)


async def test_nothing_at_url(server: ModelServer, client: Client) -> None:
    """An address below which there is no API is said, and what was typed is kept."""
    elsewhere = typed(f"http://127.0.0.1:{server.port}/other")
    flow = await Flow.config(client, DOMAIN)
    await flow.submit(**elsewhere)
    assert flow.step["errors"] == {"base": "cannot_connect"}
    assert flow.suggested == elsewhere
    assert [r.path for r in server.requests] == ["/other/models", "/other/v1/models"]


@pytest.mark.parametrize("ending", ["", "/", "/v1/"])
async def test_url_is_completed(
    server: ModelServer, client: Client, ending: str
) -> None:
    """`/v1` is added where the API is there, and a trailing slash is dropped."""
    flow = await Flow.config(client, DOMAIN)
    await flow.submit(**typed(f"http://127.0.0.1:{server.port}{ending}"))
    assert flow.step["step_id"] == "model"
    await flow.submit(chat_model="scripted")
    assert flow.step["type"] == "create_entry"
    assert server.requests[-1].path == "/v1/models"
    assert [r.path for r in server.completions] == ["/v1/chat/completions"]


async def test_model_not_found(server: ModelServer, client: Client) -> None:
    """A model that the server does not have is said, kept, and can be changed."""
    flow = await Flow.config(client, DOMAIN)
    await flow.submit(**typed(server.base_url))
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
    """An error of the server's own is said in its words, and what was typed is kept."""
    server.models_reply = failure(500, {"error": {"message": "out of memory"}})
    flow = await Flow.config(client, DOMAIN)
    await flow.submit(**typed(server.base_url))
    assert flow.step["errors"] == {"base": "api_error"}
    assert flow.step["description_placeholders"]["message"] == "out of memory"
    assert flow.suggested == typed(server.base_url)


async def test_same_server_twice(
    agent: Agent, server: ModelServer, client: Client
) -> None:
    """The same address under the same name is refused, under another name it is not."""
    name = (await agent.entry())["title"]
    flow = await Flow.config(client, DOMAIN)
    await flow.submit(**typed(server.base_url, name=name))
    assert flow.step["type"] == "abort"
    assert flow.step["reason"] == "already_configured"

    flow = await Flow.config(client, DOMAIN)
    await flow.submit(**typed(server.base_url, name="Another"))
    await flow.submit(chat_model="scripted")
    assert flow.step["type"] == "create_entry"
    assert len(await entries_of(client)) == 2
