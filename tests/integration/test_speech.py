"""A voice says what the model means, and the microphone opens when it asks for it."""

from collections.abc import Callable

import pytest

from homeassistant.components import conversation
from homeassistant.components.conversation.chat_log import DATA_CHAT_LOGS
from homeassistant.core import HomeAssistant, ServiceCall
from testbed.replies import Call, chunk, raw, say as reply
from testbed.server import ModelServer

from .conftest import Say, speech

WRITTEN = '<tool_call>{"name": "intent__HassTurnOn", "arguments": {"name": "Lamp"}}</tool_call>'


@pytest.fixture(params=[True, False], ids=["streaming", "whole"])
def streaming(request: pytest.FixtureRequest, set_options: Callable[..., None]) -> bool:
    """Return whether answers are streamed, and set the option so."""
    set_options(enable_streaming=request.param)
    return bool(request.param)


@pytest.mark.parametrize(
    ("auto", "answer", "listens"),
    [
        (False, "Which room? [CONTINUE_LISTENING]", True),
        (False, "Say more. [CONTINUE_LISTENING]", True),
        (False, "Who knows?", False),
        (False, "Ποιο δωμάτιο;", False),
        (False, "どの部屋？", False),
        (True, "Which room?", True),
        (True, "Ποιο δωμάτιο;", True),
        (True, "Say more. [CONTINUE_LISTENING]", True),
        (True, "It is on.", False),
    ],
)
async def test_listening(
    server: ModelServer,
    say: Say,
    set_options: Callable[..., None],
    streaming: bool,
    auto: bool,
    answer: str,
    listens: bool,
) -> None:
    """The marker opens the microphone, a question mark only if that was chosen."""
    set_options(auto_continue_listening=auto)
    server.script(reply(*answer))
    result = await say("Turn on the light")
    assert result.continue_conversation is listens
    assert speech(result).strip() == answer.removesuffix("[CONTINUE_LISTENING]").strip()
    assert ("[CONTINUE_LISTENING]" in server.bodies[0]["messages"][0]["content"]) is (
        not auto
    )


async def test_marker_in_thoughts(
    hass: HomeAssistant, server: ModelServer, say: Say
) -> None:
    """The marker is not shown among thoughts either; the model gets them as they came."""
    thought = ["They did not say where, so [CONT", "INUE_LISTENING] it is: ["]
    server.script(
        raw(
            *(chunk({"reasoning_content": piece}) for piece in thought),
            chunk({"content": "Which room?"}, "stop"),
        )
    )
    result = await say("Turn on the light")
    assert not result.continue_conversation
    assert result.conversation_id
    answer = hass.data[DATA_CHAT_LOGS][result.conversation_id].content[-1]
    assert isinstance(answer, conversation.AssistantContent)
    assert answer.thinking_content == "They did not say where, so  it is: ["
    await say("Again")
    said = server.bodies[-1]["messages"][2]
    assert said["reasoning_content"] == "".join(thought)


async def test_marker_before_a_call(
    server: ModelServer, say: Say, light: list[ServiceCall], streaming: bool
) -> None:
    """The marker of the last answer counts, before a call or in thoughts it does not."""
    call = Call("intent__HassTurnOn", {"name": "Lamp"})
    server.script(reply("Wait [CONTINUE_LISTENING].", calls=[call]), reply("It is on."))
    assert not (await say("Light")).continue_conversation
    server.script(reply("<think>[CONTINUE_LISTENING]</think>It is on."))
    result = await say("Light")
    assert not result.continue_conversation
    assert speech(result) == "It is on."


async def test_thoughts_in_the_text(
    server: ModelServer, say: Say, streaming: bool
) -> None:
    """Thoughts in tags are not said, and go back as thoughts."""
    server.script(reply("<think>They greet", " me.</think>", "\n\nHello.<|im_end|>"))
    first = await say("Hi")
    assert speech(first) == "Hello."
    await say("Again", conversation_id=first.conversation_id)
    said = server.bodies[1]["messages"][2]
    assert said == {
        "role": "assistant",
        "content": "Hello.",
        "reasoning_content": "They greet me.",
    }


async def test_call_in_the_text(
    server: ModelServer, say: Say, light: list[ServiceCall], streaming: bool
) -> None:
    """A call that stands in the text is run, and is not said."""
    server.script(reply("Sure. ", WRITTEN[:20], WRITTEN[20:]), reply("It is on."))
    assert speech(await say("Turn on the lamp")) == "It is on."
    assert len(light) == 1
    called, outcome = server.bodies[1]["messages"][-2:]
    assert called["content"] == "Sure. "
    assert called["tool_calls"][0]["id"] == outcome["tool_call_id"]


async def test_unknown_call_in_the_text(
    server: ModelServer, say: Say, light: list[ServiceCall], streaming: bool
) -> None:
    """A call in the text that names no tool is neither run nor said."""
    unknown = WRITTEN.replace("intent__HassTurnOn", "launch")
    server.script(reply("Sure.", unknown))
    assert speech(await say("Launch")) == "Sure."
    assert len(server.bodies) == 1


@pytest.mark.parametrize(
    ("option", "device", "cleaned"),
    [
        ("auto", None, False),
        ("auto", "a-device", True),
        ("always", None, True),
        ("never", "a-device", False),
    ],
)
async def test_clean_speech(
    server: ModelServer,
    say: Say,
    set_options: Callable[..., None],
    streaming: bool,
    option: str,
    device: str | None,
    cleaned: bool,
) -> None:
    """Markup and emoji go where a voice speaks, and stay where they are shown."""
    set_options(clean_speech=option)
    server.script(reply("It is **", "on**", " 👍."))
    result = await say("Is it on?", device_id=device)
    assert speech(result) == ("It is on." if cleaned else "It is **on** 👍.")


async def test_thoughts_with_their_end_only(
    server: ModelServer, say: Say, streaming: bool
) -> None:
    """A model that marks only the end of its thoughts is known from its second answer."""
    thought = reply("They greet me.", "</think>", "\n\nHello.")
    server.script(thought, thought, reply("No thoughts."), thought)
    first = speech(await say("Hi"))
    assert first == ("They greet me.\n\nHello." if streaming else "Hello.")
    assert speech(await say("Hi")) == "Hello."
    assert speech(await say("Hi")) == "No thoughts."


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Let me look", "Let me look."),
        ("Let me look.", "Let me look."),
        ("見てみます", "見てみます。"),
        ("**Wait**", "Wait."),
        ("Wait <", "Wait <."),
    ],
)
async def test_words_before_a_call(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    light: list[ServiceCall],
    streaming: bool,
    words: str,
    said: str,
) -> None:
    """What is said before a call is a sentence of its own, for a voice.

    The model is shown what it wrote.
    """
    call = Call("intent__HassTurnOn", {"name": "Lamp"})
    for device_id, heard in (("a-device", said), (None, words)):
        server.script(reply(*words, calls=[call]), reply("It is on."))
        result = await say("Light", device_id=device_id)
        assert speech(result) == "It is on."
        assert result.conversation_id
        chat_log = hass.data[DATA_CHAT_LOGS][result.conversation_id]
        before, *_ = (
            item.content for item in chat_log.content if item.role == "assistant"
        )
        assert before == heard
        assert server.bodies[-1]["messages"][-2]["content"] == words


async def test_picture_for_who_listens(
    server: ModelServer, say: Say, streaming: bool
) -> None:
    """An answer of pictures alone is a word for who listens, and no error."""
    server.script(reply("👍"), reply("👍"))
    result = await say("Thanks", device_id="a-device", language="de")
    assert speech(result) == "Erledigt."
    assert speech(await say("Thanks")) == "👍"
    assert len(server.bodies) == 2
