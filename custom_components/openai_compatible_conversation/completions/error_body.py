"""What the body of an error response, or an event with an error, says."""

from collections.abc import Iterator, Mapping
import json
from typing import Any

_MESSAGES = ("message", "detail", "error_description", "msg", "errors")
_CODES = ("code", "type", "param")
_FAULTY = ("error", "exception", "fail")


def is_error(payload: Mapping[str, Any]) -> bool:
    """Return whether an event, or a body with status 200, reports an error.

    Not all of them have an `error`: FastAPI has a `detail`, Cloudflare a list of
    `errors`, and others say in a code or type that their message is one.
    """
    if payload.get("error"):
        return True
    if "error" in (payload.get("object"), payload.get("type")):
        return True
    if "choices" in payload:
        return False
    if payload.get("detail") or payload.get("errors"):
        return True
    return isinstance(payload.get("message"), str) and any(
        _is_faulty(payload.get(name)) for name in ("code", "status", "type", "object")
    )


def message_of(body: object) -> tuple[str, str]:
    """Return a server's message, and the `code`, `type` and `param` of the error.

    Servers put their message in `error.message`, `error`, `message`, `detail` or
    `errors`; Google wraps the whole body in a list.
    """
    if isinstance(body, list) and body:
        body = body[0]
    if not isinstance(body, Mapping):
        # The HTML error page of a web server is of no use to the user.
        return ("" if is_page(body) else str(body)) if isinstance(body, str) else "", ""
    error = body.get("error") or body
    if not isinstance(error, Mapping):
        return str(error), ""
    message = next((text for key in _MESSAGES if (text := error.get(key))), "")
    if message is (errors := error.get("errors")) and isinstance(errors, list):
        texts = [item.get("message") for item in errors if isinstance(item, Mapping)]
        message = "; ".join(str(text) for text in texts if text)
    names = " ".join(
        # A name that is an ordinary word is not taken for one unless it is quoted.
        f"'{name}'" if key == "param" else str(name)
        for key in _CODES
        if (name := error.get(key))
    )
    cause, more_names = _upstream_message(error)
    return cause or str(message), f"{names} {more_names}".strip()


def is_page(body: object) -> bool:
    """Return whether a body is an HTML page."""
    return isinstance(body, str) and body.lstrip().startswith("<")


def readable(message: str, body: object) -> str:
    """Return a message as a user reads it: what pydantic lists, in words."""
    return "; ".join(_details(body)) or message


def _details(body: object, depth: int = 5) -> Iterator[str]:
    """Yield the faults that a body lists, each with the place where it is."""
    if isinstance(body, list) and depth:
        for item in body:
            yield from _details(item, depth - 1)
    elif isinstance(body, Mapping) and depth:
        if isinstance(text := body.get("msg"), str):
            place = body.get("loc")
            parts = place if isinstance(place, list) else []
            yield f"{'.'.join(map(str, parts))}: {text}".removeprefix(": ")
        else:
            for key in ("error", "message", "detail"):
                yield from _details(body.get(key), depth - 1)


def _is_faulty(value: object) -> bool:
    """Return whether a code, a status or a type is one of an error."""
    if isinstance(value, int):
        return value >= 400
    text = str(value or "").casefold()
    return any(word in text for word in _FAULTY) or (
        text.isdecimal() and int(text[:5]) >= 400
    )


def _upstream_message(error: Mapping[str, Any]) -> tuple[str, str]:
    """Return the same of the upstream server, as OpenRouter passes it on."""
    metadata = error.get("metadata")
    raw = metadata.get("raw") if isinstance(metadata, Mapping) else None
    if not isinstance(raw, str):
        return "", ""
    try:
        return message_of(json.loads(raw))
    except ValueError, RecursionError:
        return message_of(raw)
