"""Tests for pictures and other binary data in tool results."""

import base64
import json
from random import Random
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.excerpts.json_values import (
    json_text,
    to_json,
)
from custom_components.openai_compatible_conversation.tools.result_media import (
    MAX_PICTURES,
    MIN_BASE64,
    MediaFilter,
)

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9aw"
    "AAAABJRU5ErkJggg=="
)
NOISE = Random(1).randbytes
JPEG = b"\xff\xd8\xff" + NOISE(3000)
WEBP = b"RIFF\x10\x00\x00\x00WEBP" + NOISE(90)
PDF = b"%PDF-1.7\n" + NOISE(3000)


def encoded(data: bytes) -> str:
    """Return bytes in base64."""
    return base64.b64encode(data).decode()


def filtered(value: object) -> tuple[Any, list[tuple[str, bytes]]]:
    """Return a value without binary data, and the pictures in it."""
    media = MediaFilter()
    found = media.filter(to_json(value))
    pictures = [(p.mime_type, base64.b64decode(p.data)) for p in media.pictures]
    return found, pictures


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            {"type": "image", "data": encoded(PNG), "mimeType": "image/png"},
            {
                "type": "image",
                "data": "(picture: image/png, 1 kB)",
                "mimeType": "image/png",
            },
        ),
        (
            {"resource": {"uri": "x", "mimeType": "image/png", "blob": encoded(PNG)}},
            {
                "resource": {
                    "uri": "x",
                    "mimeType": "image/png",
                    "blob": "(picture: image/png, 1 kB)",
                }
            },
        ),
        (
            {"url": f"data:image/png;base64,{encoded(PNG)}"},
            {"url": "(picture: image/png, 1 kB)"},
        ),
        (
            {"text": f"See ![it](data:image/png;base64,{encoded(PNG)})!"},
            {"text": "See ![it]((picture: image/png, 1 kB))!"},
        ),
        ({"raw": PNG}, {"raw": "(picture: image/png, 1 kB)"}),
        ([["a", PNG]], [["a", "(picture: image/png, 1 kB)"]]),
    ],
)
def test_picture(value: object, expected: object) -> None:
    """A picture is kept and replaced by a note, however it is sent."""
    assert filtered(value) == (expected, [("image/png", PNG)])


@pytest.mark.parametrize(
    "text",
    [
        encoded(JPEG),
        base64.encodebytes(JPEG).decode(),
        base64.urlsafe_b64encode(JPEG).decode(),
        encoded(JPEG).rstrip("="),
        f"data:image/jpeg;name=a.jpg;base64,{encoded(JPEG)}",
    ],
    ids=["plain", "lines", "url", "without padding", "data url"],
)
def test_encodings(text: str) -> None:
    """A picture is found in each form of base64, and kept in the one of the API."""
    note = f"(picture: image/jpeg, {len(JPEG) // 1000} kB)"
    assert filtered({"snapshot": text}) == ({"snapshot": note}, [("image/jpeg", JPEG)])


def test_picture_in_json_in_text() -> None:
    """Of JSON in a text, the rest stays what it was."""
    inner = json.dumps({"name": "Door", "image": encoded(JPEG), "open": True})
    found, pictures = filtered({"content": [{"type": "text", "text": inner}]})
    assert json.loads(found["content"][0]["text"]) == {
        "name": "Door",
        "image": "(picture: image/jpeg, 3 kB)",
        "open": True,
    }
    assert pictures == [("image/jpeg", JPEG)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            {"data": encoded(PDF), "mimeType": "application/pdf"},
            "application/pdf, 3 kB",
        ),
        (
            {"data": encoded(b"RIFF" + NOISE(90)), "mimeType": "audio/wav"},
            "audio/wav, 1 kB",
        ),
        ({"data": encoded(PDF)}, "of unknown type, 3 kB"),
        ({"blob": encoded(b"\x00\x01")}, "of unknown type, 1 kB"),
        (
            {"data": encoded(JPEG)[:-7] + "\n", "mimeType": "image/jpeg"},
            "image/jpeg, 3 kB",
        ),
        ({"data": encoded(NOISE(2_500_000))}, "of unknown type, 2.5 MB"),
        ({"data": PDF}, "application/octet-stream, 3 kB"),
        ({"data": encoded(WEBP[:8] + b"WAVE" + NOISE(400))}, "of unknown type, 0.4 kB"),
    ],
)
def test_binary(value: dict[str, Any], expected: str) -> None:
    """Other data, and what only claims to be a picture, is told by type and size."""
    found, pictures = filtered({"text": "Hello", **value})
    assert found["text"] == "Hello"
    (note,) = [v for v in found.values() if str(v).startswith("(")]
    assert note == f"(binary data: {expected.replace('0.4', '1')})"
    assert not pictures


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "text/csv; charset=utf-8",
        "application/json",
        "application/ld+json",
    ],
)
def test_text_in_base64(kind: str) -> None:
    """A text that is sent as a file is read."""
    blob = encoded("Grüße\n".encode() * 100)
    found, _ = filtered({"mimeType": kind, "blob": blob})
    assert found == {"mimeType": kind, "blob": "Grüße\n" * 100}


@pytest.mark.parametrize(
    "text",
    [
        "Kitchen",
        "1234567890" * 100,
        "deadbeef" * 100,
        "A" * 5000,
        "\n".join(f"Word{n}" for n in range(500)),
        "The quick brown Fox 1 " * 50,
        "https://example.org/" + "Path1/" * 100 + "?q=a",
        "Ünï1Cødé" * 100,
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9",
        "",
    ],
)
@pytest.mark.parametrize("key", ["text", "data", "state"])
def test_text(key: str, text: str) -> None:
    """A text is no binary data, however long it is."""
    assert filtered({key: text, "mimeType": "text/plain"})[0][key] == text


def test_limits() -> None:
    """Only so many pictures are kept, and none that is too large."""
    found, pictures = filtered([JPEG] * (MAX_PICTURES + 2))
    assert len(pictures) == MAX_PICTURES
    assert (
        found[MAX_PICTURES:]
        == ["(a picture that cannot be shown: image/jpeg, 3 kB)"] * 2
    )
    large = b"\xff\xd8\xff" + bytes(20_000_001)
    found, pictures = filtered([large, JPEG])
    assert found == [
        "(a picture that cannot be shown: image/jpeg, 20.0 MB)",
        "(picture: image/jpeg, 3 kB)",
    ]
    assert len(pictures) == 1


@given(st.binary(min_size=MIN_BASE64), st.sampled_from(["image/png", "x/y", None]))
def test_no_data_is_left(data: bytes, kind: str | None) -> None:
    """Nothing of binary data is left in a result, whatever it is said to be."""
    value = {"text": "Hello", "blob": encoded(data), "mimeType": kind}
    found, pictures = filtered(value)
    assert len(json_text(found)) < 120
    assert found["text"] == "Hello"
    assert not pictures or data.startswith(
        (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF")
    )
