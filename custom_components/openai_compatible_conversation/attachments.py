"""What goes with a message: files, read for the model."""

import base64
from collections.abc import Callable, Iterable
from pathlib import Path

from homeassistant.components.conversation import Attachment
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from .const import DOMAIN
from .errors import async_words
from .messages import Image

MAX_MB = 20
"""Megabytes up to which an image is sent: what the largest servers take."""

MAX_TEXT_KB = 500
"""Kilobytes up to which a text is sent: more than most models can take in."""

IMAGES = {
    "image/jpeg": "image/jpeg",
    "image/jpg": "image/jpeg",
    "image/png": "image/png",
    "image/webp": "image/webp",
    "image/gif": "image/gif",
}
"""The types that models know, by the names that cameras give them."""

_TEXTS = frozenset({"application/json", "application/xml", "application/yaml"})


class AttachmentError(HomeAssistantError):
    """A file cannot be sent to a model."""

    def __init__(self, key: str, attachment: Attachment, limit: str = "") -> None:
        """Initialize with the name of what is wrong with a file."""
        super().__init__(
            translation_domain=DOMAIN,
            translation_key=key,
            translation_placeholders={
                "name": attachment.path.name,
                "type": attachment.mime_type,
                "limit": limit,
            },
        )

    async def async_in(self, hass: HomeAssistant, language: str) -> HomeAssistantError:
        """Return the error in a language."""
        key, placeholders = self.translation_key, self.translation_placeholders
        return HomeAssistantError(
            await async_words(hass, key or "", placeholders or {}, language),
            translation_domain=DOMAIN,
            translation_key=key,
            translation_placeholders=placeholders,
        )


def is_text(attachment: Attachment) -> bool:
    """Return whether a file is one that a model reads as it stands there."""
    kind = _kind(attachment)
    return kind.startswith("text/") or kind in _TEXTS


async def async_images(
    hass: HomeAssistant, attachments: Iterable[Attachment]
) -> tuple[Image, ...]:
    """Return images; raises `AttachmentError` for what is none or cannot be sent."""
    found = []
    for attachment in attachments:
        if (mime_type := IMAGES.get(_kind(attachment))) is None:
            raise AttachmentError("attachment_not_supported", attachment)
        data = await _async_read(hass, attachment, MAX_MB * 1_000_000, _encoded)
        found.append(Image(mime_type, data))
    return tuple(found)


async def async_texts(
    hass: HomeAssistant, attachments: Iterable[Attachment]
) -> list[str]:
    """Return texts with the names of their files; raises `AttachmentError`."""
    return [
        f'<file name="{attachment.path.name}">\n'
        f"{await _async_read(hass, attachment, MAX_TEXT_KB * 1000, _decoded)}\n"
        "</file>"
        for attachment in attachments
    ]


async def _async_read(
    hass: HomeAssistant,
    attachment: Attachment,
    limit: int,
    convert: Callable[[bytes], str],
) -> str:
    """Return the content of a file, unless it is too large."""

    def read(path: Path) -> str | None:
        """Read the file, and no more of it than can be sent."""
        with path.open("rb") as file:
            content = file.read(limit + 1)
        return None if len(content) > limit else convert(content)

    try:
        text = await hass.async_add_executor_job(read, attachment.path)
    except OSError as err:
        raise AttachmentError("attachment_unreadable", attachment) from err
    if text is None:
        size = (
            f"{limit // 1_000_000} MB" if limit >= 1_000_000 else f"{limit // 1000} kB"
        )
        raise AttachmentError("attachment_too_large", attachment, size)
    return text


def _kind(attachment: Attachment) -> str:
    """Return the type of a file, without what may follow it."""
    return attachment.mime_type.partition(";")[0].strip().lower()


def _encoded(content: bytes) -> str:
    """Return bytes in base64."""
    return base64.b64encode(content).decode()


def _decoded(content: bytes) -> str:
    """Return bytes as the text that they are, more or less."""
    return content.decode("utf-8-sig", errors="replace").strip()
