"""Model servers that many people use, and the addresses where they usually are."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

THIS_MACHINE = "localhost"
CONTAINER_HOST = "host.docker.internal"
"""What a container with a network of its own calls the machine it runs on."""


@dataclass(frozen=True, slots=True)
class ServerPreset:
    """A server: what it is called, where it is, and where its keys come from."""

    name: str
    base_url: str
    local: bool = False
    key_page: str = ""

    @property
    def needs_key(self) -> bool:
        """Return whether it answers nobody without a key."""
        return bool(self.key_page)

    @property
    def label(self) -> str:
        """Return how it stands in a list."""
        return f"{self.name} ({self.base_url})"

    def is_at(self, base_url: str) -> bool:
        """Return whether an address is its own; in the cloud, the host says so."""
        if self.local:
            return base_url in {self.base_url, self.on(CONTAINER_HOST).base_url}
        return _host(base_url) == _host(self.base_url)

    def on(self, host: str) -> ServerPreset:
        """Return a local server as it is found on another host."""
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
    """Return the known server that an address belongs to."""
    return next((server for server in SERVER_PRESETS if server.is_at(base_url)), None)


def local_presets(hosts: Iterable[str]) -> tuple[ServerPreset, ...]:
    """Return the local servers as they may be found on some hosts."""
    return tuple(
        server.on(host) for host in hosts for server in SERVER_PRESETS if server.local
    )


def _host(url: str) -> str | None:
    """Return the host of an address, None where it has none."""
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
