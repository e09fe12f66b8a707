"""Tests for the URLs of requests and their redirects."""

import pytest

from custom_components.openai_compatible_conversation.completions.endpoints import (
    MAX_REDIRECTS,
    Endpoints,
    join_path,
    redirected_error,
)
from custom_components.openai_compatible_conversation.completions.errors import (
    RedirectedError,
)

BASE = "http://server:8080/v1"


class Redirecting:
    """Redirects requests as a table from URL to status and location says."""

    def __init__(self, table: dict[str, tuple[int, str]]) -> None:
        """Initialize with nothing sent."""
        self.table = table
        self.sent: list[str] = []

    async def send(self, url: str) -> str:
        """Return the URL, or raise the redirect."""
        self.sent.append(url)
        if url not in self.table:
            return url
        status, location = self.table[url]
        error = redirected_error(status, url, location)
        assert error is not None
        raise error


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        ("http://server/v1", "http://server/v1/models"),
        ("http://server/v1/", "http://server/v1/models"),
        ("http://server", "http://server/models"),
        ("http://server/v1?a=1&a=2", "http://server/v1/models?a=1&a=2"),
        ("http://server/v1/?a=b/c", "http://server/v1/models?a=b/c"),
    ],
)
def test_join_path(base_url: str, url: str) -> None:
    """A path stands behind that of the base URL and in front of its query."""
    assert join_path(base_url, "/models") == url
    assert Endpoints(base_url).url("/models") == url


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize(
    "target",
    [
        "http://server:8080/v1/models/",
        "/v1/models/",
        "models/",
        "//server:8080/other/models",
        "http://server:9090/v1/models",
        "http://SERVER:8080/v2/models",
        "https://server/v1/models",
    ],
)
async def test_followed(status: int, target: str) -> None:
    """A redirect that stays on the host is followed."""
    server = Redirecting({f"{BASE}/models": (status, target)})
    endpoints = Endpoints(BASE)
    url = await endpoints.follow("/models", server.send)
    assert url == server.sent[-1] == endpoints.redirected_to
    assert len(server.sent) == 2


@pytest.mark.parametrize(
    ("base", "status", "target"),
    [
        (BASE, 301, "http://other:8080/v1/models"),
        (BASE, 308, "https://other/v1/models"),
        (BASE, 302, "https://server.example.com/v1/models"),
        ("https://server/v1", 301, "http://server/v1/models"),
        (BASE, 303, "http://server:8080/login"),
    ],
)
async def test_not_followed(base: str, status: int, target: str) -> None:
    """A redirect to another host or back to http is told, and nothing is sent there."""
    server = Redirecting({f"{base}/models": (status, f"{target}?token=x#y")})
    with pytest.raises(RedirectedError) as raised:
        await Endpoints(base).follow("/models", server.send)
    assert raised.value.detail == target
    assert server.sent == [f"{base}/models"]


async def test_circle() -> None:
    """A circle ends."""
    server = Redirecting(
        {
            f"{BASE}/models": (302, "/v1/other"),
            "http://server:8080/v1/other": (302, "/v1/models"),
        }
    )
    with pytest.raises(RedirectedError):
        await Endpoints(BASE).follow("/models", server.send)
    assert len(server.sent) == MAX_REDIRECTS + 1


async def test_circle_of_permanent_redirects() -> None:
    """A circle of redirects that would be remembered ends, each time."""
    server = Redirecting(
        {
            f"{BASE}/models": (308, "/v2/models"),
            "http://server:8080/v2/models": (308, "/v1/models"),
        }
    )
    endpoints = Endpoints(BASE)
    for _ in range(3):
        with pytest.raises(RedirectedError):
            await endpoints.follow("/models", server.send)
    assert len(server.sent) == 3 * (MAX_REDIRECTS + 1)


@pytest.mark.parametrize(
    ("status", "target", "base_url"),
    [
        (301, "https://server/v1/models", "https://server/v1"),
        (302, "https://server/v1/models", "https://server/v1"),
        (308, "http://server:9090/v1/models?a=1", "http://server:9090/v1?a=1"),
        (302, "http://server:9090/v1/models", BASE),
        (308, "http://server:8080/v1/models/", BASE),
    ],
)
async def test_remembered(status: int, target: str, base_url: str) -> None:
    """A redirect that is permanent or leads to https is followed once for all."""
    server = Redirecting({f"{BASE}/models": (status, target)})
    endpoints = Endpoints(BASE)
    await endpoints.follow("/models", server.send)
    assert endpoints.base_url == base_url
    assert endpoints.url("/chat/completions") == join_path(
        base_url, "/chat/completions"
    )
    await endpoints.follow("/models", server.send)
    assert server.sent[2:] == (
        [f"{BASE}/models", target] if (status, base_url) == (302, BASE) else [target]
    )


async def test_credentials_stay() -> None:
    """A user name and a password in the base URL are kept, and not shown."""
    base = "http://me:secret@server/v1"
    server = Redirecting({f"{base}/models": (301, "https://server/v1/models")})
    endpoints = Endpoints(base)
    await endpoints.follow("/models", server.send)
    assert endpoints.base_url == "https://me:secret@server/v1"
    error = redirected_error(302, f"{base}/models", "http://you:secret@other/models")
    assert error is not None
    assert error.detail == "http://other/models"


@pytest.mark.parametrize(
    ("status", "location"),
    [
        (200, "http://server/v1/models"),
        (304, "http://server/v1/models"),
        (404, "http://server/v1/models"),
        (301, None),
        (301, ""),
        (302, "ftp://server/models"),
        (302, "javascript:alert(1)"),
        (302, "http://[/"),
        (302, "http://server:99999/"),
    ],
)
def test_no_redirect(status: int, location: str | None) -> None:
    """Another status, or a location that is no URL, is no redirect."""
    assert redirected_error(status, "http://server/v1/models", location) is None
