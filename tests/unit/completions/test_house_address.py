"""Test which addresses are in the house."""

import pytest

from custom_components.openai_compatible_conversation.completions.house_address import (
    is_house_address,
)


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:8080",
        "user:password@localhost:8080",
        "127.0.0.1:11434",
        "127.8.8.8",
        "0.0.0.0:8080",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.254",
        "192.168.1.20:8080",
        "169.254.1.1",
        "100.101.102.103:8080",
        "[::1]:8080",
        "[fd12:3456::1]",
        "[fe80::1]:8080",
        "[fe80::1%25eth0]",
        "[::ffff:192.168.1.20]",
        "homeassistant",
        "ollama:11434",
        "my_server",
        "server.local:8080",
        "Server.LOCAL.",
        "gpu.lan",
        "gpu.home.arpa",
        "gpu.office.home.arpa",
        "host.docker.internal:11434",
        "llama.home",
        "llama.localdomain",
        "llama.localhost",
        "llama.fritz.box",
        "fritz.box",
    ],
)
def test_in_the_house(host: str) -> None:
    """Addresses that only the home network knows are in the house."""
    assert is_house_address(f"http://{host}/v1")


@pytest.mark.parametrize(
    "host",
    [
        "8.8.8.8",
        "172.15.0.1",
        "172.32.0.1",
        "192.169.0.1:8080",
        "100.128.0.1",
        "[2001:4860:4860::8888]:8080",
        "[::ffff:8.8.8.8]",
        "api.openai.com",
        "openrouter.ai",
        "local.example.com",
        "notlocal.com",
        "mylan.org",
        "server.mylan",
        "server.notlocal",
        "192.168.1.20.nip.io",
        "home.arpa.example.net",
        "evil.box",
        "localhost@example.com",
        "",
    ],
)
def test_not_in_the_house(host: str) -> None:
    """Addresses that may be anywhere are not in the house."""
    assert not is_house_address(f"https://{host}/v1")
