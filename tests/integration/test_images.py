"""Test images attached to a user message."""

from collections.abc import Awaitable, Callable
from inspect import signature
import json
from pathlib import Path
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.components import conversation
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import chat_session
from testbed.replies import failure, say as reply
from testbed.request_view import words
from testbed.server import ModelServer

from .conftest import Say, failed, speech

PNG = b"\x89PNG\r\n\x1a\n and pixels"

type Show = Callable[..., Awaitable[conversation.ConversationResult]]


@pytest.fixture
def show(hass: HomeAssistant, agent: str, tmp_path: Path, resident: Context) -> Show:
    """Return a function that sends text and attachments to the agent."""

    async def _show(
        text: str,
        *contents: bytes | None,
        mime_type: str = "image/png",
        language: str = "en",
    ) -> conversation.ConversationResult:
        attachments = []
        for number, content in enumerate(contents):
            path = tmp_path / f"file{number}.png"
            if content is not None:
                path.write_bytes(content)
            attachments.append(conversation.Attachment("media", mime_type, path))
        context = Context(user_id=resident.user_id)
        # Home Assistant 2026.11 requires the context, 2026.10 does not accept it.
        known = signature(chat_session.async_get_chat_session).parameters
        fields: dict[str, Any] = {"context": context} if "context" in known else {}
        with (
            chat_session.async_get_chat_session(hass, **fields) as session,
            conversation.async_get_chat_log(hass, session) as chat_log,
        ):
            chat_log.async_add_user_content(
                conversation.UserContent(text, attachments=attachments)
            )
            return await conversation.async_converse(
                hass,
                text,
                session.conversation_id,
                context,
                agent_id=agent,
                language=language,
            )

    return _show


@pytest.mark.parametrize("streaming", [True, False])
@pytest.mark.parametrize("mime_type", ["image/png", "IMAGE/PNG; charset=binary"])
async def test_sent_with_text(
    server: ModelServer,
    show: Show,
    set_options: Callable[..., None],
    streaming: bool,
    mime_type: str,
) -> None:
    """Images are sent as content parts after the text."""
    set_options(enable_streaming=streaming)
    server.script(reply("Two cats."))
    result = await show("What is it?", PNG, PNG, mime_type=mime_type)
    assert (speech(result), failed(result)) == ("Two cats.", False)
    text, *images = server.bodies[0]["messages"][-1]["content"]
    assert words(text["text"]) == "What is it?"
    image = {"url": "data:image/png;base64,iVBORw0KGgogYW5kIHBpeGVscw=="}
    assert images == [{"type": "image_url", "image_url": image}] * 2


async def test_image_jpg_mime_type(server: ModelServer, show: Show) -> None:
    """The invalid MIME type `image/jpg` is sent as `image/jpeg`."""
    await show("What is it?", PNG, mime_type="image/jpg")
    image = server.bodies[0]["messages"][-1]["content"][1]
    assert image["image_url"]["url"].startswith("data:image/jpeg;base64,")


async def test_replaced_by_note(
    server: ModelServer,
    show: Show,
    say: Say,
    hass_storage: dict[str, Any],
    entry: MockConfigEntry,
) -> None:
    """The session keeps a note in place of an image."""
    server.script(reply("A cat."), reply("Grey."))
    await show("What is it?", PNG)
    await say("Which colour?")
    question, answer = server.bodies[1]["messages"][1:3]
    assert words(question["content"]) == "What is it?\n(with 1 image)"
    assert answer["content"] == "A cat."
    key = f"openai_compatible_conversation.{entry.entry_id}.session"
    assert "iVBORw" not in json.dumps(hass_storage[key])


@pytest.mark.parametrize(
    ("content", "mime_type", "message"),
    [
        (PNG, "image/svg+xml", "file0.png cannot be shown to the model"),
        (PNG, "application/pdf", "application/pdf"),
        (b"Hello", "text/plain", "text/plain"),
        (bytes(20_000_001), "image/png", "file0.png is larger than 20 MB"),
        (None, "image/png", "file0.png cannot be read"),
    ],
    ids=["SVG", "PDF", "text", "too large", "unreadable"],
)
async def test_unsupported_attachment(
    server: ModelServer,
    show: Show,
    say: Say,
    content: bytes | None,
    mime_type: str,
    message: str,
) -> None:
    """An unsupported attachment is reported without a request; the next turn works."""
    result = await show("What is it?", content, mime_type=mime_type)
    assert failed(result)
    assert message in speech(result)
    assert not server.completions
    assert speech(await say("Hi")) == "Hello there."
    assert "What is it?" in str(server.bodies[-1]["messages"])


async def test_unsupported_attachment_translated(show: Show) -> None:
    """An unsupported attachment is reported in the user's language."""
    result = await show("Was ist das?", PNG, mime_type="video/mp4", language="de-AT")
    assert speech(result).startswith("file0.png kann dem Modell nicht gezeigt werden")


@pytest.mark.parametrize("streaming", [True, False])
async def test_images_not_supported(
    server: ModelServer,
    show: Show,
    say: Say,
    set_options: Callable[..., None],
    streaming: bool,
) -> None:
    """Missing support for images is reported at once, and the next turn works."""
    set_options(enable_streaming=streaming)
    message = "image input is not supported - hint: you may need to provide the mmproj"
    server.script(failure(500, {"error": {"message": message}}))
    result = await show("What is it?", PNG)
    assert failed(result)
    assert "takes no images" in speech(result)
    assert len(server.completions) == 1
    assert speech(await say("Hi")) == "Hello there."
    assert all(isinstance(m["content"], str) for m in server.bodies[1]["messages"])
