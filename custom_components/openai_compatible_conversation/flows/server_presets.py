"""Presets for well-known model servers, with their usual addresses."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

THIS_MACHINE = "localhost"
CONTAINER_HOST = "host.docker.internal"
"""Name of the host machine inside a container with its own network."""


@dataclass(frozen=True, slots=True)
class ServerPreset:
    """A server with its name, its base URL and the web page for API keys."""

    name: str
    base_url: str
    local: bool = False
    key_page: str = ""

    @property
    def needs_key(self) -> bool:
        """Return whether the server requires an API key."""
        return bool(self.key_page)

    @property
    def label(self) -> str:
        """Return the label for a list of servers."""
        return f"{self.name} ({self.base_url})"

    def matches(self, base_url: str) -> bool:
        """Return whether a base URL belongs to this server.

        A local server is recognized by the whole URL, any other by the host.
        """
        if self.local:
            return base_url in {self.base_url, self.with_host(CONTAINER_HOST).base_url}
        return _host(base_url) == _host(self.base_url)

    def with_host(self, host: str) -> ServerPreset:
        """Return a local server at another host name."""
        return replace(self, base_url=self.base_url.replace(THIS_MACHINE, host))


SERVER_PRESETS = (
    ServerPreset("llama.cpp", "http://localhost:8080/v1", local=True),
    ServerPreset("vLLM", "http://localhost:8000/v1", local=True),
    ServerPreset("Ollama", "http://localhost:11434/v1", local=True),
    ServerPreset("LM Studio", "http://localhost:1234/v1", local=True),
    ServerPreset(
        "OpenRouter",
        "https://openrouter.ai/api/v1",
        key_page="https://openrouter.ai/settings/keys",
    ),
    ServerPreset(
        "DeepSeek",
        "https://api.deepseek.com/v1",
        key_page="https://platform.deepseek.com/api_keys",
    ),
    ServerPreset(
        "Groq",
        "https://api.groq.com/openai/v1",
        key_page="https://console.groq.com/keys",
    ),
    ServerPreset(
        "Mistral",
        "https://api.mistral.ai/v1",
        key_page="https://console.mistral.ai/api-keys",
    ),
    ServerPreset(
        "OpenAI",
        "https://api.openai.com/v1",
        key_page="https://platform.openai.com/api-keys",
    ),
)


def preset_for(base_url: str) -> ServerPreset | None:
    """Return the preset that a URL belongs to, if any."""
    return next((server for server in SERVER_PRESETS if server.matches(base_url)), None)


def local_presets(hosts: Iterable[str]) -> tuple[ServerPreset, ...]:
    """Return the local presets for each of the host names."""
    return tuple(
        server.with_host(host)
        for host in hosts
        for server in SERVER_PRESETS
        if server.local
    )


def _host(url: str) -> str | None:
    """Return the host of a URL, None if it has none or is invalid."""
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
