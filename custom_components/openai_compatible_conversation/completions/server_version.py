"""The version of a server, as far as its responses tell it."""

from collections.abc import Mapping
import re

_VERSION_HEADER = re.compile(r"(^|-)version$")
_NUMBERED = re.compile(r"\d")
_FINGERPRINT = re.compile(rb'"system_fingerprint":\s*"(?P<build>[^"\\]{1,64})"')
_MAX_LENGTH = 120


def version_in_headers(headers: Mapping[str, str]) -> str:
    """Return what the headers of a response say of the server's version.

    LiteLLM has `x-litellm-version`. `Server` often has the number of the web server,
    which changes with the rest; without a number it says nothing.
    """
    found = {
        name.lower(): value
        for name, value in headers.items()
        if _VERSION_HEADER.search(name.lower())
        or (name.lower() == "server" and _NUMBERED.search(value))
    }
    return " ".join(f"{n}={value}" for n, value in sorted(found.items()))[:_MAX_LENGTH]


def build_in_body(chunk: bytes) -> str:
    """Return the build of the server in the beginning of a response.

    llama.cpp and vLLM send it as `system_fingerprint`. That of OpenAI, which begins
    with `fp_`, changes from request to request, as each may reach another machine.
    """
    found = _FINGERPRINT.search(chunk)
    build = found["build"].decode(errors="replace") if found else ""
    return "" if build.startswith("fp_") else build
