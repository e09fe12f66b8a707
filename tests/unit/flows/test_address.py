"""Tests for what a user types as address and API key."""

import pytest

from custom_components.openai_compatible_conversation.flows.address import (
    MAX_LENGTH,
    clean_api_key,
    host_of,
    normalize_address,
    same_address,
    shown_url,
)


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("http://192.168.1.20:8080/v1", "http://192.168.1.20:8080/v1"),
        ("  http://192.168.1.20:8080/v1/ \n", "http://192.168.1.20:8080/v1"),
        ("http://server:8080/v1//", "http://server:8080/v1"),
        ('"http://server:8080/v1"', "http://server:8080/v1"),
        ("<https://example.com/v1>", "https://example.com/v1"),
        ("`https://example.com/v1`", "https://example.com/v1"),
        ("\ufeffhttp://server/v1\u200b", "http://server/v1"),
        # An endpoint is meant as the address that it belongs to.
        ("http://server/v1/chat/completions", "http://server/v1"),
        ("http://server/v1/chat/completions/", "http://server/v1"),
        ("http://server/v1/Chat/Completions", "http://server/v1"),
        ("http://server/v1/completions", "http://server/v1"),
        ("http://server/v1/models", "http://server/v1"),
        ("http://server/models/", "http://server"),
        ("http://server/v1/embeddings", "http://server/v1"),
        ("http://server/v1/responses", "http://server/v1"),
        # A path that only looks like one stays.
        ("http://server/mymodels", "http://server/mymodels"),
        ("http://server/models/v1", "http://server/models/v1"),
        # A query is kept, a fragment is not.
        (
            "https://x.openai.azure.com/openai/deployments/gpt?api-version=2024-10-21",
            "https://x.openai.azure.com/openai/deployments/gpt?api-version=2024-10-21",
        ),
        (
            "https://x/openai/deployments/g/chat/completions?api-version=1&b=%20",
            "https://x/openai/deployments/g?api-version=1&b=%20",
        ),
        ("http://server/v1?", "http://server/v1"),
        ("http://server:3000/#/chat", "http://server:3000"),
        # Without a scheme, the key does not go over the internet in clear.
        ("localhost:8080/v1", "http://localhost:8080/v1"),
        ("server:8080/v1", "http://server:8080/v1"),
        ("nas.local/v1", "http://nas.local/v1"),
        ("192.168.1.20:11434", "http://192.168.1.20:11434"),
        ("api.example.com/v1", "https://api.example.com/v1"),
        ("8.8.8.8/v1", "https://8.8.8.8/v1"),
        # Capitals of scheme and host have no meaning, those of a path have.
        ("HTTP://LocalHost:8080/V1", "http://localhost:8080/V1"),
        ("https://API.Example.COM/v1", "https://api.example.com/v1"),
        ("http://server:80/v1", "http://server/v1"),
        ("https://server:443/v1", "https://server/v1"),
        ("https://server:80/v1", "https://server:80/v1"),
        # IPv6
        ("http://[::1]:8080/v1", "http://[::1]:8080/v1"),
        ("[::1]:8080/v1", "http://[::1]:8080/v1"),
        ("::1", "http://[::1]"),
        ("http://[0:0:0:0:0:0:0:1]/v1", "http://[::1]/v1"),
        ("fd00::5/v1", "http://[fd00::5]/v1"),
        ("2606:4700::1111/v1", "https://[2606:4700::1111]/v1"),
        ("http://[FE80::1%eth0]:8080/v1", "http://[fe80::1%eth0]:8080/v1"),
        ("http://user:p@ss@Server/v1", "http://user:p@ss@server/v1"),
        ("http://küche.local/v1", "http://küche.local/v1"),
        ("http://my_server:8080/v1", "http://my_server:8080/v1"),
    ],
)
def test_address(typed: str, address: str) -> None:
    """What is typed or pasted is taken for the address that it means."""
    assert normalize_address(typed) == address
    assert normalize_address(address) == address


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "http://",
        "http:///v1",
        "http://:8080/v1",
        "http://?x",
        "http://user@/v1",
        "not an address",
        "http://server /v1",
        "http://ser\tver/v1",
        "http://server/v1\x00",
        "ftp://server/v1",
        "file:///etc/passwd",
        "http://[/v1",
        "http://[::1/v1",
        "http://[server]/v1",
        "http://server:99999/v1",
        "http://server:0/v1",
        "http://server:http/v1",
        "http://server:-1/v1",
        "http://a..b/v1",
        f"http://{'a' * 64}.com/v1",
        f"http://server/{'a' * MAX_LENGTH}",
    ],
)
def test_no_address(typed: str) -> None:
    """What cannot be the address of a web server is refused."""
    with pytest.raises(ValueError, match=r"."):
        normalize_address(typed)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("sk-1", "sk-1"),
        ("", ""),
        ("  sk-1\n", "sk-1"),
        ("sk- 1\n2", "sk-12"),
        ("\u00a0sk-1\u200b", "sk-1"),
        ("Bearer sk-1", "sk-1"),
        ("bearer  sk-1", "sk-1"),
        ("Authorization: Bearer sk-1", "sk-1"),
        ('authorization: "Bearer sk-1"', "sk-1"),
        ("Authorization=sk-1", "sk-1"),
        ("'sk-1'", "sk-1"),
        ("Bearer", ""),
        ("Bearer ", ""),
        ("bearersk-1", "bearersk-1"),
        ("k\u2603", "k\u2603"),
    ],
)
def test_key(typed: str, key: str) -> None:
    """What is typed or pasted is taken for the key that it means."""
    assert clean_api_key(typed) == key
    assert clean_api_key(key) == key


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://server/v1", "HTTP://Server:80/v1/", True),
        ("http://server/v1", "https://server/v1", False),
        ("http://server/v1?a=1", "http://server/v1", False),
        ("http://[", "http://[", True),
        ("http://[", "http://server", False),
    ],
)
def test_same_address(one: str, other: str, *, same: bool) -> None:
    """Addresses are compared in one writing."""
    assert same_address(one, other) is same


def test_shown_url() -> None:
    """What may be secret in a URL is not shown."""
    url = "https://me:secret@server:8/login?token=secret#secret"
    assert shown_url(url) == "https://server:8/login"
    assert host_of(url) == "server:8"
    assert host_of("http://[") == ""
