"""URLs of a client's requests, and which redirects of them are followed.

The HTTP library's own way to follow redirects is not used: it turns a POST into a GET,
and would send headers that hold secrets to any host.
"""

from collections.abc import Awaitable, Callable
from urllib.parse import SplitResult, urljoin, urlsplit

from .errors import RedirectedError

MAX_REDIRECTS = 5
"""Maximum number of times that one request is redirected."""

_PERMANENT = (301, 308)
_TEMPORARY = (302, 307)
_SEE_OTHER = 303
"""Asks for a GET of something else, which is never a response of the API."""


class Endpoints:
    """URLs of the requests to one base URL, with redirects followed.

    A redirect that is permanent, or leads to https, is remembered as long as the
    client lives: later requests go there at once, and not over http again.
    """

    def __init__(self, base_url: str) -> None:
        """Initialize with a base URL, which may have a query."""
        self.base_url = base_url
        self.redirected_to: str | None = None
        """Where the last redirect that was followed led to."""
        self._moved: dict[str, str] = {}

    def url(self, path: str) -> str:
        """Return the URL of a path such as `/models`."""
        return self._moved.get(path) or join_path(self.base_url, path)

    async def follow[T](self, path: str, send: Callable[[str], Awaitable[T]]) -> T:
        """Send a request to the URL of a path, and where it is redirected to.

        Raises `RedirectedError` if a redirect leads to another host or back to http,
        or if there are too many.
        """
        url = self.url(path)
        for _ in range(MAX_REDIRECTS):
            try:
                return await send(url)
            except RedirectedError as err:
                if not _may_follow(err):
                    raise
                if _is_lasting(err):
                    self._move(path, err.target)
                self.redirected_to = url = err.target
        return await send(url)

    def _move(self, path: str, target: str) -> None:
        """Remember the URL of a path, and with it the base URL if that has moved."""
        if (base_url := _base_of(target, path)) is None:
            self._moved[path] = target
        else:
            self.base_url = base_url


def join_path(base_url: str, path: str) -> str:
    """Return a base URL with a path appended, in front of its query."""
    base_url, mark, query = base_url.partition("?")
    return f"{base_url.rstrip('/')}{path}{mark}{query}"


def redirected_error(
    status: int, url: str, location: str | None
) -> RedirectedError | None:
    """Return the error for a response that redirects, None for any other.

    Format of `location`: RFC 9110, 10.2.2: a URL, or one relative to that of the
    request.
    """
    if not location or status not in (*_PERMANENT, *_TEMPORARY, _SEE_OTHER):
        return None
    try:
        target = urlsplit(urljoin(url, location))
        _ = target.port
    except ValueError:
        return None
    if target.scheme not in ("http", "https") or not target.hostname:
        return None
    source = urlsplit(url)
    if source.hostname == target.hostname and "@" not in target.netloc:
        credentials, at, _ = source.netloc.rpartition("@")
        target = target._replace(netloc=f"{credentials}{at}{target.netloc}")
    error = RedirectedError(_for_display(target))
    error.status = status
    error.source = url
    error.target = target._replace(fragment="").geturl()
    return error


def _may_follow(redirect: RedirectedError) -> bool:
    """Return whether a redirect stays on the host, and is not one back to http."""
    source, target = urlsplit(redirect.source), urlsplit(redirect.target)
    return (
        redirect.status != _SEE_OTHER
        and source.hostname == target.hostname
        and (source.scheme, target.scheme) != ("https", "http")
    )


def _is_lasting(redirect: RedirectedError) -> bool:
    """Return whether later requests go to the target of a redirect at once."""
    schemes = urlsplit(redirect.source).scheme, urlsplit(redirect.target).scheme
    return redirect.status in _PERMANENT or schemes == ("http", "https")


def _base_of(url: str, path: str) -> str | None:
    """Return the base URL of the URL of a path, None if that ends in another path."""
    parts = urlsplit(url)
    if not parts.path.endswith(path):
        return None
    return parts._replace(path=parts.path.removesuffix(path)).geturl()


def _for_display(target: SplitResult) -> str:
    """Return a URL without what may be secret in it."""
    netloc = target.netloc.rpartition("@")[2]
    return target._replace(netloc=netloc, query="", fragment="").geturl()
