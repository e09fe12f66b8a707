"""Tests of the transcripts that wait, and of what is stored of their lines."""

from typing import Any

import pytest

from custom_components.openai_compatible_conversation.memory.facts.said_line import (
    SaidLine,
)
from custom_components.openai_compatible_conversation.memory.store.pending_transcripts import (
    MAX_PENDING,
    PendingTranscript,
    PendingTranscripts,
)

AT = "2026-11-30T12:00:00+00:00"
ANN = SaidLine("I like tea", "Ann", "voice", AT)
SOMEBODY = SaidLine("Light on")


def transcript(id_: str, *lines: SaidLine) -> PendingTranscript:
    """Return a transcript."""
    return PendingTranscript(id_, list(lines))


def restored(data: object) -> list[list[SaidLine]]:
    """Return the lines of transcripts from stored data."""
    transcripts, lost = PendingTranscripts.from_json(data)
    assert lost == 0
    return [pending.lines for pending in transcripts]


def test_released_form() -> None:
    """What a version stored that knew no speakers is read as it is."""
    data = [{"id": "01", "lines": ["I like tea", "Light on"], "attempts": 2}]
    assert restored(data) == [[SaidLine("I like tea"), SOMEBODY]]
    transcripts, _ = PendingTranscripts.from_json(data)
    # It stays in that form, so that it can be read by that version, too.
    assert transcripts.to_json() == data


def test_details_are_stored_beside_the_lines() -> None:
    """Lines stay texts; who said them, where and when stands beside them."""
    transcripts = PendingTranscripts()
    transcripts.add([transcript("01", SOMEBODY, ANN)])
    (stored,) = transcripts.to_json()
    assert stored["lines"] == ["Light on", "I like tea"]
    assert stored["said"] == [{}, {"speaker": "Ann", "channel": "voice", "at": AT}]
    assert restored([stored]) == [[SOMEBODY, ANN]]


@pytest.mark.parametrize(
    "said",
    [
        None,
        "x",
        [],
        [{}],
        [{}, {}, {}],
        [7, "x"],
        [[], {"speaker": 7, "channel": "list" * 9, "at": None}],
        [{}, {"speaker": "x" * 1000, "channel": ["voice"], "at": "x" * 1000}],
        {"0": {"speaker": "Ann"}},
    ],
)
def test_invalid_details(said: Any) -> None:
    """Details that are invalid are ignored; the lines are kept."""
    data = [{"id": "1", "lines": ["Light on"] * 2, "attempts": 0, "said": said}]
    assert restored(data) == [[SOMEBODY, SOMEBODY]]


def test_replace() -> None:
    """Parts take the place of a transcript, even if there are many."""
    transcripts = PendingTranscripts()
    transcripts.add(transcript(str(n), SOMEBODY) for n in range(MAX_PENDING))
    assert transcripts.replace("1", [transcript("a", ANN), transcript("b", ANN)])
    assert [p.id for p in transcripts][:4] == ["0", "a", "b", "2"]
    assert len(list(transcripts)) == MAX_PENDING + 1
    assert transcripts.replace("a", [])
    assert transcripts.get("a") is None
    assert not transcripts.replace("a", [transcript("c", ANN)])
    assert transcripts.get("c") is None
