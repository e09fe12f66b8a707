"""Tests for additional headers as they are typed."""

from typing import Any

import pytest

from custom_components.openai_compatible_conversation.flows.headers import (
    MAX_SHOWN,
    headers_error,
    parse_headers,
)


@pytest.mark.parametrize(
    ("typed", "headers"),
    [
        ('{"X-Team": "blue"}', {"X-Team": "blue"}),
        ('{"X-Id": 7, "X-Share": 1.50}', {"X-Id": "7", "X-Share": "1.50"}),
        ({"X-Id": 7, "X-Share": 1.5}, {"X-Id": "7", "X-Share": "1.5"}),
        ("X-Team: blue\nX-Id: 3", {"X-Team": "blue", "X-Id": "3"}),
        # Secrets that YAML would take for a number, a date or a truth value.
        ("X-Id: 0123", {"X-Id": "0123"}),
        ("X-Id: 1e3", {"X-Id": "1e3"}),
        ("X-Id: 12:30:45", {"X-Id": "12:30:45"}),
        ("X-Id: yes", {"X-Id": "yes"}),
        ("X-Id: 2026-01-01", {"X-Id": "2026-01-01"}),
        ("X-Id: 1_000", {"X-Id": "1_000"}),
        # It has to replace the header of the API key.
        ("authorization: Basic eA==", {"Authorization": "Basic eA=="}),
        ("", None),
        ("  ", None),
        ("{}", {}),
        (None, None),
    ],
)
def test_headers(typed: Any, headers: Any) -> None:
    """JSON and YAML are understood, and values are kept in their writing."""
    parsed = parse_headers(typed)
    assert parsed == headers
    assert headers_error(parsed) is None


@pytest.mark.parametrize(
    ("typed", "item"),
    [
        ("X-Team", "X-Team"),
        ("[1]", "['1']"),
        ("7", "7"),
        ("true", "True"),
        ('{"a": 1', '{"a": 1'),
        ("a: [1", "a: [1"),
        ("a: &a [*a]", "a"),
        ("a: !include /etc/hostname", "a: !include /etc/hostname"),
        ("a: !secret key", "a: !secret key"),
        ("[" * 100_000, "[" * MAX_SHOWN),
        ('{"X-Team": null}', "X-Team"),
        ('{"X-Team": true}', "X-Team"),
        ('{"X-Team": ["blue"]}', "X-Team"),
        ('{"X-Team": ""}', "X-Team"),
        ('{"X-Team": " blue"}', "X-Team"),
        ('{"X-Team": "a\\nb"}', "X-Team"),
        ('{"X-Team": "Küche"}', "X-Team"),
        ('{"X-Team": "\\ud800"}', "X-Team"),
        ('{"X Team": "blue"}', "X Team"),
        ('{"": "blue"}', ""),
        ('{"Content-Length": "3"}', "Content-Length"),
        ("transfer-encoding: chunked", "transfer-encoding"),
        ({7: "blue"}, "7"),
        ({"good": "1", "X Bad": "2"}, "X Bad"),
    ],
)
def test_invalid_headers(typed: Any, item: str) -> None:
    """What is no object of names and texts is refused, and the item is named."""
    error = headers_error(parse_headers(typed))
    assert error is not None
    assert error["errors"] == {"base": "extra_headers_invalid"}
    assert error["placeholders"]["message"] == item
