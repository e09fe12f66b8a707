"""Tests of the times of a spoken turn."""

from typing import Any

from testbed.voice_times import VoiceTimes


def _progress(**delta: Any) -> dict[str, Any]:
    """Return the event of a delta of the chat log."""
    return {"type": "intent-progress", "data": {"chat_log_delta": delta}}


def _noted(*events: dict[str, Any]) -> dict[str, float]:
    """Return the waits after events that are a second apart."""
    times = VoiceTimes(0)
    for at, event in enumerate(events, 1):
        times.note(event, at)
    return times.waits


def test_steps() -> None:
    """Each step is counted from the end of the speech, its first time."""
    times = VoiceTimes(10)
    for at, event in (
        (10.7, {"type": "stt-vad-end", "data": {"timestamp": 1}}),
        (11.5, {"type": "stt-end", "data": {"stt_output": {"text": "Hi"}}}),
        (11.6, {"type": "intent-start", "data": {}}),
        (12, _progress(role="assistant")),
        (13, _progress(content="It is")),
        (14, _progress(content=" on. ")),
        (15, _progress(content="So is the fan. ")),
        (16, {"type": "intent-end", "data": {}}),
    ):
        times.note(event, at)
    times.audio = 14.5
    assert {name: round(wait, 3) for name, wait in times.waits.items()} == {
        "silence": 0.7,
        "recognized": 1.5,
        "token": 3,
        "sentence": 4,
        "audio": 4.5,
    }


def test_thoughts_are_no_answer() -> None:
    """The first thought is a step of its own, and not the first token."""
    waits = _noted(
        _progress(role="assistant"),
        _progress(thinking_content="The user. "),
        _progress(thinking_content="Wants. "),
        _progress(content="\n"),
        _progress(content="Yes."),
        {"type": "intent-end", "data": {}},
    )
    assert waits == {"thought": 2, "token": 5, "sentence": 6}


def test_results_are_no_answer() -> None:
    """What a tool returned or a user said is not taken for an answer."""
    waits = _noted(
        _progress(role="user", content="Turn it on. "),
        _progress(role="assistant", tool_calls=[{"id": "1"}]),
        _progress(role="tool_result", tool_call_id="1", result={"content": "No. "}),
        {"type": "intent-progress", "data": {"tts_start_streaming": True}},
        _progress(role="assistant", content="Done"),
    )
    assert waits == {"token": 5}


def test_sentence_before_a_call() -> None:
    """A sentence also ends where the next text of the model begins."""
    waits = _noted(
        _progress(role="assistant", content="Let me look."),
        _progress(tool_calls=[{"id": "1"}]),
        _progress(role="tool_result", tool_call_id="1"),
        _progress(role="assistant"),
        _progress(content="It is on."),
    )
    assert waits == {"token": 1, "sentence": 4}


def test_decimals_end_no_sentence() -> None:
    """A full stop in a number is none."""
    waits = _noted(
        _progress(content="It is 21."), _progress(content="5 degrees. "), _progress()
    )
    assert waits == {"token": 1, "sentence": 2}
