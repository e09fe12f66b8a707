"""Test the version of a server that responses tell."""

import pytest

from custom_components.openai_compatible_conversation.completions.server_version import (
    build_in_body,
    version_in_headers,
)


@pytest.mark.parametrize(
    ("headers", "version"),
    [
        ({"X-LiteLLM-Version": "1.80.0"}, "x-litellm-version=1.80.0"),
        ({"Server": "llama.cpp"}, ""),
        ({"server": "nginx/1.27.1", "Date": "today"}, "server=nginx/1.27.1"),
        ({"openai-version": "2020-10-01"}, "openai-version=2020-10-01"),
        ({"x-conversion": "1"}, ""),
        ({}, ""),
    ],
)
def test_headers(headers: dict[str, str], version: str) -> None:
    """Headers that end in "version" count, and a numbered web server."""
    assert version_in_headers(headers) == version


def test_long_header() -> None:
    """A header is not kept as a whole, however long it is."""
    assert len(version_in_headers({"x-version": "1" * 9999})) < 200


@pytest.mark.parametrize(
    ("chunk", "build"),
    [
        (
            b'data: {"system_fingerprint":"b11669-Debian","object":"x"}\n\n',
            "b11669-Debian",
        ),
        (b'{"system_fingerprint": "vllm-0.15.0"}', "vllm-0.15.0"),
        (b'{"system_fingerprint": "fp_44709d6fcb"}', ""),
        (b'{"system_fingerprint": null}', ""),
        (b'{"system_fingerprint": "' + b"x" * 999 + b'"}', ""),
        (b"", ""),
        (b'{"system_fingerprint": "\xff"}', "�"),
    ],
)
def test_body(chunk: bytes, build: str) -> None:
    """The build is in the first piece of the body, unless it is of one machine."""
    assert build_in_body(chunk) == build
