"""The browser test: from the onboarding to the debug page, with the README's screenshots.

Decision record: docs/decisions/0009-the-first-hour-in-a-browser.md.
"""

from playwright.async_api import expect
import pytest

from testbed.demo_steps import LIGHT, brightness_of
from testbed.hass import Hass
from testbed.house import furnish, states
from testbed.login import PASSWORD, USERNAME
from testbed.server import ModelServer
from testbed.websocket import Client

from .frontend import Frontend
from .story import (
    BRIGHT,
    CAT,
    COOK,
    DIMMED,
    RECIPE,
    RECIPE_ENDS,
    REMEMBERED,
    Storyteller,
)

KEY = "right"
ASSISTANT = "House"
AGENT = "OpenAI-Compatible"
OPTION = "Listen again after every question"
MEMORY = "todo.openai_compatible_memory"
FORM = 1040
"""Height of a window that has room for the sections of the options, in pixels."""
FACT = "cat: Amy"
OTHER_FACT = f"{USERNAME.title()}, tea: green"
TOLD = f"Told by {USERNAME.title()}"


@pytest.mark.timeout(300)
async def test_first_hour(
    frontend: Frontend, hass_process: Hass, server: ModelServer, model: Storyteller
) -> None:
    """A new user can set up, talk, and inspect the turn and the facts."""
    await frontend.onboard(USERNAME, PASSWORD)
    await hass_process.log_in()
    async with hass_process.client() as client:
        await furnish(client)
        await set_up(frontend, server)
        await frontend.add_assistant(ASSISTANT, AGENT)
        await change_an_option(frontend)
        await talk(frontend, client, model)
        await inspect_last_turn(frontend)
        await edit_the_memory(frontend, client)
    assert not server.faults


async def set_up(frontend: Frontend, server: ModelServer) -> None:
    """Add the integration; a missing key shows an error and keeps the input."""
    form = await frontend.add_integration()
    await frontend.enter("Address of the API", server.base_url)
    await frontend.picture("set-up")
    await frontend.submit()
    await expect(form).to_contain_text("only with a valid API key")
    await expect(form).to_contain_text(server.base_url)
    await frontend.picture("set-up-error")
    await form.get_by_role("textbox", name="API key").fill(KEY)
    await frontend.submit()
    await expect(form).to_contain_text("Choose a model")
    await frontend.picture("set-up-model")
    await frontend.submit()
    await expect(form).to_contain_text("Voice assistants")
    await frontend.picture("set-up-done")
    await frontend.submit("Skip and finish")
    await expect(form).to_be_hidden()


async def change_an_option(frontend: Frontend) -> None:
    """Change an option, and check it in a new options flow."""
    form = await frontend.options()
    await frontend.expand("Tools")
    last = form.get_by_role("button", name="Model settings")
    await last.scroll_into_view_if_needed()
    await frontend.picture("options", height=FORM)
    await frontend.expand("Tools")
    switch = await frontend.switch("Voice", OPTION)
    await switch.press("Space")
    await frontend.picture("options-voice")
    await frontend.submit()
    await expect(form).to_contain_text("successfully saved")
    await frontend.submit("Finish")
    await expect(form).to_be_hidden()
    await frontend.options()
    await expect(await frontend.switch("Voice", OPTION)).to_be_checked()


async def talk(frontend: Frontend, client: Client, model: Storyteller) -> None:
    """Talk in the chat window: the answer streams, and tools are called."""
    await client.call("light.turn_on", LIGHT)
    chat = await frontend.chat()
    await chat.say(COOK)
    # Markdown is rendered, and the first half of the answer is already shown.
    half = "".join(RECIPE).replace("*", "").strip()
    await chat.expect_answer(half)
    await frontend.picture("chat-half")
    await expect(chat.dialog).not_to_contain_text(RECIPE_ENDS)
    model.finish.set()
    await chat.expect_answer(f"{half} {RECIPE_ENDS}")
    await chat.say(BRIGHT)
    await chat.expect_answer(DIMMED)
    assert brightness_of((await states(client))[LIGHT]) == 30
    await chat.say(CAT)
    await chat.expect_answer(REMEMBERED)
    await frontend.picture("chat")


async def inspect_last_turn(frontend: Frontend) -> None:
    """Check the last turn on the debug page of the assistant."""
    run = await frontend.debug(ASSISTANT)
    for text in (CAT, "learn_fact", REMEMBERED):
        await expect(run).to_contain_text(text)
    await frontend.picture("debug")


async def edit_the_memory(frontend: Frontend, client: Client) -> None:
    """Find the fact in the to-do list, add one, and tick off the first to forget it."""
    memory = await frontend.todo(MEMORY)
    await expect(memory).to_contain_text(FACT)
    for text in ("Family, friends and pets", TOLD, "in a chat", CAT):
        await expect(memory).to_contain_text(text)
    box = memory.get_by_placeholder("Add item")
    await box.fill(OTHER_FACT)
    await box.press("Enter")
    await expect(memory.get_by_text(OTHER_FACT)).to_be_visible()
    await expect(memory).to_contain_text("in this list")
    await frontend.picture("memory")
    assert (await states(client))[MEMORY]["state"] == "2"
    await memory.get_by_role("checkbox").first.press("Space")
    await expect(memory).not_to_contain_text(FACT)
    assert (await states(client))[MEMORY]["state"] == "1"
