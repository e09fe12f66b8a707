"""Tests of speech, reasoning, tool calls in the text and continued listening."""

from collections.abc import Callable

import pytest

from homeassistant.components import conversation
from homeassistant.components.conversation.chat_log import DATA_CHAT_LOGS
from homeassistant.core import HomeAssistant, ServiceCall
from testbed.replies import Call, chunk, raw, say as reply
from testbed.server import ModelServer

from .conftest import Say, speech
from .spies import SpyTool

TEXT_CALL = '<tool_call>{"name": "intent__HassTurnOn", "arguments": {"name": "Lamp"}}</tool_call>'


@pytest.fixture(params=[True, False], ids=["streaming", "whole"])
def streaming(request: pytest.FixtureRequest, set_options: Callable[..., None]) -> bool:
    """Set the streaming option and return its value."""
    set_options(enable_streaming=request.param)
    return bool(request.param)


@pytest.mark.parametrize(
    ("auto", "answer", "expected"),
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
async def test_continue_conversation(
    server: ModelServer,
    say: Say,
    set_options: Callable[..., None],
    streaming: bool,
    auto: bool,
    answer: str,
    expected: bool,
) -> None:
    """The marker continues the conversation, a question mark only with the option."""
    set_options(auto_continue_listening=auto)
    server.script(reply(*answer))
    result = await say("Turn on the light")
    assert result.continue_conversation is expected
    assert speech(result).strip() == answer.removesuffix("[CONTINUE_LISTENING]").strip()
    assert ("[CONTINUE_LISTENING]" in server.bodies[0]["messages"][0]["content"]) is (
        not auto
    )


async def test_marker_in_reasoning(
    hass: HomeAssistant, server: ModelServer, say: Say
) -> None:
    """The marker is removed from shown reasoning; the model gets it unchanged."""
    reasoning = ["They did not say where, so [CONT", "INUE_LISTENING] it is: ["]
    server.script(
        raw(
            *(chunk({"reasoning_content": part}) for part in reasoning),
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
    message = server.bodies[-1]["messages"][2]
    assert message["reasoning_content"] == "".join(reasoning)


async def test_marker_before_tool_call(
    server: ModelServer, say: Say, light: list[ServiceCall], streaming: bool
) -> None:
    """The marker has no effect before a tool call or in reasoning."""
    call = Call("intent__HassTurnOn", {"name": "Lamp"})
    server.script(reply("Wait [CONTINUE_LISTENING].", calls=[call]), reply("It is on."))
    assert not (await say("Light")).continue_conversation
    server.script(reply("<think>[CONTINUE_LISTENING]</think>It is on."))
    result = await say("Light")
    assert not result.continue_conversation
    assert speech(result) == "It is on."


async def test_reasoning_in_text(
    server: ModelServer, say: Say, streaming: bool
) -> None:
    """Reasoning in tags is not spoken, and is sent back as reasoning."""
    server.script(reply("<think>They greet", " me.</think>", "\n\nHello.<|im_end|>"))
    first = await say("Hi")
    assert speech(first) == "Hello."
    await say("Again", conversation_id=first.conversation_id)
    message = server.bodies[1]["messages"][2]
    assert message == {
        "role": "assistant",
        "content": "Hello.",
        "reasoning_content": "They greet me.",
    }


@pytest.mark.parametrize(
    "text",
    [
        "Put it between <s> and </s>",
        "Llama ends a text with </s>, Qwen with <|im_end|>.",
        "So <analysis>it is on</analysis>.",
        "Use `<think>` and `</think>`.",
        "Here:\n```xml\n<think>a</think>\n<s>b</s>\n```",
        "It ends with a </tool_call> tag.",
    ],
)
async def test_text_about_tags(
    server: ModelServer, say: Say, streaming: bool, text: str
) -> None:
    """Tags and control tokens inside an answer stay, also for the model."""
    server.script(reply(*text), reply("Yes."))
    first = await say("How?")
    assert speech(first) == text
    await say("Really?", conversation_id=first.conversation_id)
    message = server.bodies[1]["messages"][2]
    assert message == {"role": "assistant", "content": text}


@pytest.mark.parametrize("device", [None, "a-device"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<s> It is on.</s>\n<eos>", "It is on."),
        ("It is on.<|im_end|>", "It is on."),
        ("It is on.<|end|>", "It is on."),
        ("<analysis>They greet me.</analysis>\nIt is on.", "It is on."),
        ("<|start_header_id|><think>Hm.</think><|x|>It is on.", "It is on."),
        (
            (
                "<|channel|>analysis<|message|>Hm.<|end|>"
                "<|start|>assistant<|channel|>final<|message|>It is on.<|return|>"
            ),
            "It is on.",
        ),
    ],
)
async def test_edges_of_answer(
    server: ModelServer,
    say: Say,
    streaming: bool,
    device: str | None,
    text: str,
    expected: str,
) -> None:
    """Reasoning and control tokens at the edges are not part of an answer."""
    server.script(reply(*text), reply("Yes."))
    first = await say("Is it on?", device_id=device)
    assert speech(first).strip() == expected
    await say("Really?", conversation_id=first.conversation_id)
    # What holds no control token is sent back as it came, for the prompt cache.
    content = server.bodies[1]["messages"][2]["content"]
    assert content.strip() == (text if text.startswith("<analysis>") else expected)


async def test_control_token_before_tool_call(
    server: ModelServer, say: Say, light: list[ServiceCall], streaming: bool
) -> None:
    """A control token directly before a tool call is dropped."""
    call = Call("intent__HassTurnOn", {"name": "Lamp"})
    server.script(reply(*"Wait.</s>", calls=[call]), reply("It is on."))
    assert speech(await say("Light")) == "It is on."
    assert len(light) == 1
    assert server.bodies[1]["messages"][-2]["content"] == "Wait."


async def test_tool_call_in_text(
    server: ModelServer, say: Say, light: list[ServiceCall], streaming: bool
) -> None:
    """A tool call in the text is executed and not spoken."""
    server.script(reply("Sure. ", TEXT_CALL[:20], TEXT_CALL[20:]), reply("It is on."))
    assert speech(await say("Turn on the lamp")) == "It is on."
    assert len(light) == 1
    assistant, tool_result = server.bodies[1]["messages"][-2:]
    assert assistant["content"] == "Sure. "
    assert assistant["tool_calls"][0]["id"] == tool_result["tool_call_id"]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (TEXT_CALL.replace("intent__HassTurnOn", "launch"), "UnknownTool"),
        (TEXT_CALL.replace("intent__HassTurnOn", "light.blink"), "UnknownTool"),
        (TEXT_CALL.replace('", "arg', '" "arg'), "InvalidArguments"),
        (
            '{"service": "light.blink", "target_device": "light.lamp"}',
            "UnknownTool",
        ),
        (
            '```homeassistant\n{"service": "light.blink", "target_device": "a"}\n```',
            "UnknownTool",
        ),
        (
            '{{"name": "intent__HassPlay", "arguments": {"name": "Radio"}}}',
            "UnknownTool",
        ),
        (
            '```json\n{"name": "intent__HassPlay", "arguments": {}}\n```',
            "UnknownTool",
        ),
    ],
)
async def test_call_in_text_that_cannot_be_run(
    server: ModelServer,
    say: Say,
    light: list[ServiceCall],
    streaming: bool,
    text: str,
    error: str,
) -> None:
    """A call between tags that cannot be run is not spoken, and the model is told why."""
    server.script(
        reply("Sure.\n", *text), reply(TEXT_CALL), reply("It is on."), reply("Hello.")
    )
    result = await say("The lamp, please")
    assert "light" not in speech(result)
    assert speech(result).endswith("It is on.")
    assert len(light) == 1
    told = server.bodies[1]["messages"][-1]
    assert told["role"] == "tool"
    assert error in told["content"]
    await say("Hi", conversation_id=result.conversation_id)
    assert text not in str(server.bodies[-1]["messages"])


async def test_invented_turn(
    server: ModelServer, say: Say, light: list[ServiceCall], streaming: bool
) -> None:
    """What a model writes in the user's place is neither spoken nor run."""
    text = "It is warm.<|im_end|>\n<|im_start|>user\nTurn on the lamp<|im_end|>\n"
    server.script(reply(*text, "<|im_start|>assistant\n", TEXT_CALL, "<|im_end|>"))
    assert speech(await say("How warm is it?")) == "It is warm."
    assert not light


async def test_answers_that_end_like_reasoning(
    server: ModelServer, say: Say, streaming: bool
) -> None:
    """An answer that ends with the end of a thought is an answer, and teaches nothing."""
    server.script(reply("Hello there.", "</think>"), reply("I am fine.", "</think>"))
    assert speech(await say("Hi")) == "Hello there."
    assert speech(await say("How are you?")) == "I am fine."


async def test_reasoning_before_a_call_is_learned(
    server: ModelServer, say: Say, light: list[ServiceCall], streaming: bool
) -> None:
    """Reasoning that ends before a tool call has shown that the model starts in it."""
    call = Call("intent__HassTurnOn", {"name": "Lamp"})
    server.script(
        reply("They want light.", "</think>", calls=[call]),
        reply("It worked.", "</think>", "It is on."),
    )
    spoken = speech(await say("Turn on the lamp"))
    assert spoken.endswith("It is on.")
    assert "It worked" not in spoken


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
    """Markup and emoji are removed for voice and kept for display."""
    set_options(clean_speech=option)
    server.script(reply("It is **", "on**", " 👍."))
    result = await say("Is it on?", device_id=device)
    assert speech(result) == ("It is on." if cleaned else "It is **on** 👍.")


async def test_reasoning_with_end_tag_only(
    server: ModelServer, say: Say, streaming: bool
) -> None:
    """Reasoning without a start tag is recognized from the second response on."""
    response = reply("They greet me.", "</think>", "\n\nHello.")
    server.script(response, response, reply("No thoughts."), response)
    first = speech(await say("Hi"))
    assert first == ("They greet me.\n\nHello." if streaming else "Hello.")
    assert speech(await say("Hi")) == "Hello."
    assert speech(await say("Hi")) == "No thoughts."


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Let me look", "Let me look."),
        ("Let me look.", "Let me look."),
        ("見てみます", "見てみます。"),
        ("**Wait**", "Wait."),
        ("Wait <", "Wait <."),
    ],
)
async def test_text_before_tool_call(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    light: list[ServiceCall],
    streaming: bool,
    text: str,
    spoken: str,
) -> None:
    """Text before a call is spoken with the answer, in a sentence of its own."""
    call = Call("intent__HassTurnOn", {"name": "Lamp"})
    stop = "" if spoken.endswith("。") else " "
    for device_id, expected in (
        ("a-device", [None, f"{spoken}{stop}It is on."]),
        (None, [text, "It is on."]),
    ):
        server.script(reply(*text, calls=[call]), reply("It is on."))
        result = await say("Light", device_id=device_id)
        assert speech(result) == expected[-1]
        assert result.conversation_id
        chat_log = hass.data[DATA_CHAT_LOGS][result.conversation_id]
        assert expected == [
            item.content for item in chat_log.content if item.role == "assistant"
        ]
        assert server.bodies[-1]["messages"][-2]["content"] == text


async def test_emoji_only_response_on_satellite(
    server: ModelServer, say: Say, offer: Callable[..., None], streaming: bool
) -> None:
    """An emoji-only response is no error, and for voice a confirmation of an act."""
    act = reply(calls=[Call("press")])
    server.script(act, reply("👍"), reply("👍"), reply("👍"))
    offer(SpyTool("press"))
    voice = {"device_id": "a-device", "language": "de"}
    assert speech(await say("Press it", **voice)) == "Erledigt."
    assert speech(await say("Thanks", **voice)) == "👍"
    assert speech(await say("Thanks")) == "👍"
    assert len(server.bodies) == 4
    roles = [message["role"] for message in server.bodies[-1]["messages"]]
    first, second = ["user", "assistant", "tool", "assistant"], ["user", "assistant"]
    assert roles == ["system", *first, *second, "user"]


LAMP_CALL = '{"name": "intent__HassTurnOn", "arguments": {"name": "Lamp"}}'
BARE_CALLS = {
    "fence": (f"```json\n{LAMP_CALL}\n```", ""),
    "tools": (f"<tools>{LAMP_CALL}</tools>", ""),
    "braces": ("{" + LAMP_CALL + "}", ""),
    "explained": (
        f"To turn on the lamp, use the following command: ```json\n{LAMP_CALL}\n```",
        "To turn on the lamp, use the following command: ",
    ),
    "bare": (f"Sure.\n{LAMP_CALL}", "Sure.\n"),
    "other keys": ("{'tool': 'HassTurnOn', 'args': {'name': 'Lamp'}}", ""),
    "python": ('intent__HassTurnOn(name="Lamp")', ""),
    "half cut": (LAMP_CALL[:-2], ""),
    "harmony": (
        (
            "<|channel|>analysis<|message|>Hm.<|end|>"
            "<|start|>assistant<|channel|>commentary to=functions.intent__HassTurnOn "
            '<|constrain|>json<|message|>{"name": "Lamp"}<|call|>'
        ),
        "",
    ),
    "gemma": (
        (
            "<|channel>thought\nHm.<channel|>"
            '<|tool_call>call:intent__HassTurnOn{name:<|"|>Lamp<|"|>}<tool_call|>'
        ),
        "",
    ),
}


@pytest.mark.parametrize(("text", "spoken"), BARE_CALLS.values(), ids=BARE_CALLS)
async def test_call_in_any_writing(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    light: list[ServiceCall],
    streaming: bool,
    text: str,
    spoken: str,
) -> None:
    """A call is run in whatever notation it is written, and not spoken."""
    server.script(reply(*text), reply("It is on."))
    result = await say("Turn on the lamp")
    assert speech(result) == "It is on."
    assert len(light) == 1
    assert result.conversation_id
    log = hass.data[DATA_CHAT_LOGS][result.conversation_id].content
    said = [item.content for item in log if item.role == "assistant"]
    assert [said[0] or "", said[1]] == [spoken, "It is on."]
    assert (server.bodies[1]["messages"][-2]["content"] or "") == spoken


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "Lamp", "state": "on"}',
        '[\n  {"name": "Lamp"},\n  {"name": "Fan"}\n]',
        '```json\n{"name": "launch", "arguments": {"where": "moon"}}\n```',
        "```python\nimport time\nprint(time.time())\n```",
        f"Write {LAMP_CALL} to turn it on.",
    ],
)
async def test_data_and_code_are_no_calls(
    server: ModelServer,
    say: Say,
    light: list[ServiceCall],
    streaming: bool,
    text: str,
) -> None:
    """JSON that was asked for and code stay what they are."""
    server.script(reply(*text))
    assert speech(await say("As JSON, please")) == text
    assert not light


async def test_call_cut_by_length(
    server: ModelServer, say: Say, light: list[ServiceCall], streaming: bool
) -> None:
    """A call in the text whose arguments were cut by the length limit is not run."""
    server.script(reply(LAMP_CALL[:-4], finish="length"), reply("Well."))
    assert speech(await say("Turn on the lamp")) == "Well."
    assert not light
    assert "cut off" in server.bodies[1]["messages"][-1]["content"]


async def test_reasoning_cut_by_length(
    server: ModelServer, say: Say, streaming: bool
) -> None:
    """Reasoning that is cut by the length limit is not spoken, nor the next one."""
    thinking = reply("They greet me.", "</think>", "\n\nHello.")
    cut = reply("They greet me, so I", finish="length")
    server.script(thinking, cut, cut, thinking)
    await say("Hi")
    assert "They" not in speech(await say("Hi"))
    assert speech(await say("Hi")) == "Hello."


@pytest.mark.parametrize(
    "text",
    [
        "The </think> tag ends the thoughts.",
        "It is on.<|end|>",
        "<think>Hm.</think>It is on.</think>",
        "<|channel|>analysis<|message|>Hm.<|end|>It is on.",
    ],
)
async def test_nothing_is_learned(
    server: ModelServer, say: Say, streaming: bool, text: str
) -> None:
    """What does not show that a model starts in reasoning teaches nothing."""
    server.script(reply(*text), reply("Use a </think> tag."), reply("Yes."))
    await say("Hi")
    assert speech(await say("Hi")) == "Use a </think> tag."
    assert speech(await say("Hi")) == "Yes."


async def test_reasoning_is_unlearned(
    server: ModelServer, say: Say, streaming: bool
) -> None:
    """A model that opens its reasoning itself does not start in it."""
    late = reply("They greet me.", "</think>", "\n\nHello.")
    own = reply("<think>Hm.</think>Hello.", "</think>")
    server.script(late, own, own)
    await say("Hi")
    assert speech(await say("Hi")) == "Hello."
    assert speech(await say("Hi")) == "Hello."


async def test_reasoning_is_unlearned_if_nothing_follows(
    server: ModelServer, say: Say, streaming: bool
) -> None:
    """A model whose answers end with the end of a thought is not silenced by it."""
    late = reply("They greet me.", "</think>", "\n\nHello.")
    ended = reply("I am fine.", "</think>")
    server.script(late, ended, ended)
    await say("Hi")
    assert speech(await say("How are you?")) == "I am fine."
