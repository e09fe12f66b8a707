"""Test recorded responses of real servers."""

from dataclasses import dataclass, field
import json
from pathlib import Path
from typing import Any

import pytest

from custom_components.openai_compatible_conversation.completions.error_mapping import (
    error_from_status,
)
from custom_components.openai_compatible_conversation.completions.errors import (
    CompletionError,
    ContextTooLongError,
    InvalidAuthError,
    ModelNotFoundError,
    NotFoundError,
    RateLimitedError,
    ServerFailedError,
    ServerTimeoutError,
)
from custom_components.openai_compatible_conversation.completions.events import (
    Event,
    Finished,
    ReasoningDelta,
    TextDelta,
    ToolCall,
)
from custom_components.openai_compatible_conversation.completions.partial_call import (
    TRUNCATED,
)
from custom_components.openai_compatible_conversation.completions.response_decoder import (
    ResponseDecoder,
)

RECORDED = Path(__file__).parents[2] / "recorded"


@dataclass
class Answer:
    """The content of a response."""

    text: str = ""
    reasoning: str = ""
    calls: list[tuple[str, dict[str, Any], str | None]] = field(default_factory=list)
    finish: str | None = "stop"


def _on(
    name: str, problem: str | None = None
) -> tuple[str, dict[str, Any], str | None]:
    """Return an expected HassTurnOn call."""
    return ("HassTurnOn", {"name": name}, problem)


CONTEXT: tuple[str, dict[str, Any], str | None] = ("GetLiveContext", {}, None)
BOTH = Answer("Ok.\n", "ab\n", [_on("Lamp"), CONTEXT], "tool_calls")
MOCK = Answer("Grüße aus dem Mock 🙂, all lights are off.")

ANSWERS = {
    "01-plain-stream": Answer("Grüß 🙂"),
    "02-usage-stream": Answer("Hey"),
    "03-nonstream": Answer("Hey"),
    "04-tool-stream": Answer(calls=[_on("Lamp")], finish="tool_calls"),
    "05-toolresult-stream": Answer("Done."),
    "06-parallel-stream": Answer("Ok.\n", "two\n", [_on("L"), CONTEXT], "tool_calls"),
    "07-parallel-false-stream": Answer(calls=[_on("L"), CONTEXT], finish="tool_calls"),
    "08-length-stream": Answer("Hey", finish="length"),
    "08b-length-in-toolcall": Answer(
        calls=[("HassTurnOn", {}, TRUNCATED)], finish="length"
    ),
    "08c-length-in-think": Answer(reasoning="abcd", finish="length"),
    "26-random-bias-eos": Answer(),
    "40-ping-progress": Answer("ok"),
    "41-timings-per-token": Answer("ab"),
    "42-throttled": Answer("The kitchen light is now on and everything is fine."),
    "43-stop-seq": Answer("The kitchen "),
    "44-logprobs": Answer("ab"),
    "50-reasoning-none": Answer("<think>\nhm\n</think>\n\nok"),
    "51-reasoning-legacy": Answer("ok", "hm\n"),
    "60-ll-mock": MOCK,
    "60-ll-mock-stream": MOCK,
    "61-ll-mocktool": Answer("calling", calls=[_on("Kitchen"), CONTEXT], finish=None),
    "61-ll-mocktool-stream": Answer("calling"),
    "70-ll-llama-tool": BOTH,
    "70-ll-llama-tool-stream": BOTH,
    "70-ll-llama-tool-stream-nousage": BOTH,
    "71-ll-llama-length": Answer("abcd", finish="length"),
}

ERRORS: dict[str, type[CompletionError]] = {
    "30-wrong-key": InvalidAuthError,
    "30-wrong-key-stream": InvalidAuthError,
    "32-bad-temp": CompletionError,
    "32-bad-toolargs": ServerFailedError,
    "32-bad-toolschema": CompletionError,
    "33-404": NotFoundError,
    "35-oversize": ContextTooLongError,
    "35-oversize-stream": ContextTooLongError,
    "45-n2": CompletionError,
    "48-ctx-error-nonstream-1": ContextTooLongError,
    "62-ll-500": ServerFailedError,
    "62-ll-context": ContextTooLongError,
    "62-ll-ratelimit": RateLimitedError,
    "62-ll-ratelimit-stream": RateLimitedError,
    "62-ll-timeout": ServerTimeoutError,
    "63-ll-badkey": InvalidAuthError,
    "63-ll-dead": ServerFailedError,
    "63-ll-malformed": CompletionError,
    "63-ll-nokey": ServerFailedError,
    "63-ll-unknown-model": ModelNotFoundError,
    "72-ll-llama-oversize": ContextTooLongError,
}


def _response(name: str) -> tuple[int, bytes]:
    """Return the status and the body of a recording."""
    raw = (RECORDED / f"{name}.txt").read_bytes()
    head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    return int(head.split()[1]), body


def _answer(events: list[Event]) -> Answer:
    """Return the content of events."""
    answer = Answer(finish=None)
    for event in events:
        match event:
            case TextDelta(text):
                answer.text += text
            case ReasoningDelta(text):
                answer.reasoning += text
            case ToolCall(name=name, arguments=arguments, problem=problem):
                answer.calls.append((name, arguments, problem))
            case Finished(reason):
                answer.finish = reason
    return answer


def test_each_recording_is_used() -> None:
    """Each recording has an expected result."""
    names = {path.stem for path in RECORDED.glob("*.txt")}
    assert names == ANSWERS.keys() | ERRORS.keys()


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
@pytest.mark.parametrize("name", ANSWERS)
def test_answer(name: str, size: int) -> None:
    """A response is decoded correctly, however its bytes are split."""
    status, body = _response(name)
    assert status == 200
    decoder = ResponseDecoder(("HassTurnOn", "GetLiveContext"))
    events: list[Event] = []
    for start in range(0, len(body), size):
        events += decoder.feed(body[start : start + size])
    events += decoder.close()
    answer, expected = _answer(events), ANSWERS[name]
    if expected.finish is None:
        answer.finish = None
    assert answer == expected


@pytest.mark.parametrize(("name", "error_class"), ERRORS.items())
def test_error(name: str, error_class: type[CompletionError]) -> None:
    """An error response maps to the expected class."""
    status, body = _response(name)
    assert status >= 400
    try:
        content = json.loads(body)
    except ValueError:
        content = body.decode()
    assert type(error_from_status(status, content)) is error_class
