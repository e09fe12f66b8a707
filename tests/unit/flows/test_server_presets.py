"""Tests for the server presets."""

import pytest

from custom_components.openai_compatible_conversation.flows.server_presets import (
    SERVER_PRESETS,
    ServerPreset,
    local_presets,
    preset_for,
)


@pytest.mark.parametrize("server", SERVER_PRESETS, ids=lambda server: server.name)
def test_preset(server: ServerPreset) -> None:
    """A preset is local without a key, or in the cloud with a web page for keys."""
    assert server.local is not server.needs_key
    assert server.base_url.startswith("http://localhost:" if server.local else "https")
    assert server.base_url.endswith("/v1")
    assert server.label == f"{server.name} ({server.base_url})"
    assert preset_for(server.base_url) is server


def test_names_and_urls_are_unique() -> None:
    assert len({server.name for server in SERVER_PRESETS}) == len(SERVER_PRESETS)
    assert len({server.base_url for server in SERVER_PRESETS}) == len(SERVER_PRESETS)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://api.deepseek.com", "DeepSeek"),
        ("https://API.OpenAI.com/v1", "OpenAI"),
        ("http://host.docker.internal:11434/v1", "Ollama"),
        ("http://localhost:1234/v1", "LM Studio"),
        ("http://localhost:1234", None),
        ("http://127.0.0.1:11434/v1", None),
        ("https://openai.com.example/v1", None),
        ("http://[/v1", None),
        ("", None),
    ],
)
def test_preset_for_url(url: str, name: str | None) -> None:
    """A cloud service is recognized by its host, a local server by its whole URL."""
    server = preset_for(url)
    assert (server and server.name) == name


def test_local_presets() -> None:
    """Local presets are returned for each host, with their ports."""
    found = [server.base_url for server in local_presets(["localhost", "other"])]
    assert found == [
        f"http://{host}:{port}/v1"
        for host in ("localhost", "other")
        for port in (8080, 8000, 11434, 1234)
    ]
