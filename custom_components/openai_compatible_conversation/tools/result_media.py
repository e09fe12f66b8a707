"""Pictures and other binary data in tool results, each with a note in its place.

Binary data reaches a tool result as base64: in a data URL, as the Model Context
Protocol sends images, audio and resources, or as a text of its own. It would fill the
context window, and the model could not read it.

Does not depend on Home Assistant.
"""

import base64
import binascii
from collections.abc import Mapping
import re

from ..completions.messages import MAX_ALL_IMAGES_MB, MAX_IMAGE_MB, PICTURE, ImagePart
from ..excerpts.json_values import Json
from ..excerpts.omission import Omission

MAX_PICTURES = 4
"""Number of pictures of a result that the model is shown."""

MIN_BASE64 = 256
"""Characters from which a text without spaces can be binary data."""

_MIN_MEDIA = 32
"""Characters from which it can be a picture or sound, if it is said to be one."""

_SAMPLE = 4096
"""Characters at each end of a text by which it is told to be binary data."""

_MIN_LINE = 60
"""Characters of a line of binary data, except for the last one."""

_DATA_URL = re.compile(
    r"data:(?P<kind>[\w.+-]{1,80}/[\w.+-]{1,80})?(?:;[\w.+-]{1,40}=[^;,\s]{0,100}){0,4};base64,"
    r"(?P<data>[A-Za-z0-9+/_-]*={0,2})",
    re.ASCII | re.IGNORECASE,
)
_RUN = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{1024,}={0,2}", re.ASCII)
"""Data in base64 within a text, such as in JSON or HTML: no word is that long."""

_BASE64 = re.compile(r"[A-Za-z0-9+/_\r\n-]+={0,2}\s*", re.ASCII)
_TELLING = tuple(map(re.compile, ("[a-z]", "[A-Z]", "[0-9]")))
"""What is found in all binary data, but not in long numbers and words."""

_TEXT_KIND = re.compile(
    r"text/|application/(?:[\w.+-]*\+)?(?:json|xml|yaml)\b", re.IGNORECASE
)
_MEDIA_KIND = re.compile(r"(?:image|audio|video)/", re.IGNORECASE)
_KIND_KEYS = ("mimeType", "mime_type", "media_type", "content_type", "contentType")
_BLOB = "blob"
"""The key under which the Model Context Protocol sends any file as base64."""

_SIGNATURES = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
)
"""How files of the image types begin that models support."""


class MediaFilter:
    """Replaces the binary data in one result, and keeps the pictures in it."""

    def __init__(self) -> None:
        """Initialize without pictures."""
        self.pictures: list[ImagePart] = []
        self._size = 0

    def filter(self, value: Json) -> Json:
        """Return a JSON value with a note in place of all binary data."""
        match value:
            case Omission():
                return value
            case str():
                return self._text(value)
            case list():
                return [self.filter(item) for item in value]
            case dict():
                kind = _kind_beside(value)
                return {
                    key: self._note(item, kind)
                    if isinstance(item, str) and _is_data(key, item, kind)
                    else self.filter(item)
                    for key, item in value.items()
                }
        return value

    def _text(self, text: str) -> str:
        """Return a text without the binary data in it."""
        if _looks_like_base64(text):
            return self._note(text, None)
        if ";base64," in text:
            text = _DATA_URL.sub(
                lambda found: self._note(found["data"], found["kind"]), text
            )
        return _RUN.sub(self._run, text)

    def _run(self, found: re.Match[str]) -> str:
        """Return the note for data within a text, or what was found if it is none."""
        data = found[0]
        return self._note(data, None) if _looks_like_base64(data) else data

    def _note(self, text: str, kind: str | None) -> str:
        """Return the note for data in base64, and keep it if it is a picture.

        `kind` is its MIME type as far as that is known. Text is returned as it is.
        """
        data = _standard(text)
        size = len(data) * 3 // 4
        told = f"{kind or 'of unknown type'}, {_size(size)}"
        if not _is_valid(data):
            return f"(binary data: {told})"
        if kind and _TEXT_KIND.match(kind):
            return base64.b64decode(data).decode(errors="replace")
        if (picture := _picture_type(data)) is None:
            return f"(binary data: {told})"
        if (
            len(self.pictures) == MAX_PICTURES
            or size > MAX_IMAGE_MB * 1_000_000
            or size + self._size > MAX_ALL_IMAGES_MB * 1_000_000
        ):
            return f"(a picture that cannot be shown: {picture}, {_size(size)})"
        self._size += size
        self.pictures.append(ImagePart(picture, data))
        return f"{PICTURE}{picture}, {_size(size)})"


def _kind_beside(members: Mapping[str, Json]) -> str | None:
    """Return the MIME type that an object says its data has, None if it says none."""
    for key in _KIND_KEYS:
        if isinstance(kind := members.get(key), str):
            return " ".join(kind.split())[:100]
    return None


def _is_data(key: str, text: str, kind: str | None) -> bool:
    """Return whether a member of an object is data in base64, however short."""
    if _looks_like_base64(text):
        return kind is not None and key not in _KIND_KEYS
    if key == "data" and kind and _MEDIA_KIND.match(kind):
        return len(text) >= _MIN_MEDIA and _is_valid(_standard(text))
    return key == _BLOB and _is_valid(_standard(text))


def _looks_like_base64(text: str) -> bool:
    """Return whether a text is nothing but binary data."""
    if len(text) < MIN_BASE64 or not text.isascii() or " " in text:
        return False
    start, end = text[:_SAMPLE], text[-_SAMPLE:]
    return (
        all(pattern.search(start) for pattern in _TELLING)
        and all(len(line) >= _MIN_LINE for line in start.split()[:-1])
        and all(_BASE64.fullmatch(sample) for sample in (start, end))
    )


def _standard(text: str) -> str:
    """Return base64 as servers want it: on one line, padded, with + and /."""
    data = "".join(text.split()).replace("-", "+").replace("_", "/")
    return data + "=" * (-len(data) % 4)


def _is_valid(data: str) -> bool:
    """Return whether data is complete base64."""
    try:
        return bool(binascii.a2b_base64(data, strict_mode=True))
    except ValueError:
        return False


def _picture_type(data: str) -> str | None:
    """Return the MIME type of a picture by its first bytes, None if it is none."""
    start = base64.b64decode(data[:64])
    for signature, kind in _SIGNATURES:
        if signature.match(start):
            return kind
    return None


def _size(size: int) -> str:
    """Return a number of bytes as text."""
    if size >= 1_000_000:
        return f"{size / 1_000_000:.1f} MB"
    return f"{max(round(size / 1000), 1)} kB"
