"""Tests of reauthentication and reconfiguration over the API."""

from testbed.assistant import DOMAIN
from testbed.flows import Flow
from testbed.hass import claim_port
from testbed.server import ModelServer
from testbed.websocket import Client

from .agent import Agent


async def test_new_key(agent: Agent, server: ModelServer, client: Client) -> None:
    """A key refused in a turn starts reauthentication; the new one is used at once."""
    server.api_key = "changed"
    turn = await agent.say("hello")
    assert f"127.0.0.1:{server.port}" in turn.error

    flow = await Flow.waiting(client, DOMAIN)
    assert flow.step["step_id"] == "reauth_confirm"
    await flow.submit(api_key="wrong")
    assert flow.step["errors"] == {"base": "invalid_auth"}
    await flow.submit(api_key="changed")
    assert flow.step["type"] == "abort"
    assert flow.step["reason"] == "reauth_successful"
    await agent.wait_until_loaded()

    turn = await agent.say("hello")
    assert turn.answer == "Hello there."
    assert server.completions[-1].headers["Authorization"] == "Bearer changed"


async def test_new_address(agent: Agent, server: ModelServer, client: Client) -> None:
    """A new URL is checked before it is stored, and the options are kept."""
    options = await agent.options()
    await options.submit(chat_model="scripted", prompt="Answer in rhymes.")
    flow = await Flow.reconfigure(client, DOMAIN, agent.entry_id)
    assert flow.suggested["base_url"] == server.base_url
    unreachable = {
        "base_url": f"http://127.0.0.1:{claim_port()}/v1",
        "api_key": "other",
    }
    await flow.submit(**unreachable)
    assert flow.step["errors"] == {"base": "cannot_connect"}
    assert flow.suggested == {**unreachable, "verify_ssl": True}

    async with ModelServer(api_key="other") as other:
        await flow.submit(base_url=other.base_url, api_key="other")
        assert flow.step["reason"] == "reconfigure_successful"
        await agent.wait_until_loaded()
        server.forget()
        turn = await agent.say("hello")
        assert turn.answer == "Hello there."
        (request,) = other.completions[1:]
        assert request.body["messages"][0]["content"].startswith("Answer in rhymes.")
        assert not server.completions
