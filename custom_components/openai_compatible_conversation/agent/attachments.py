"""What goes with a message: files, read for the model."""

import base64
from collections.abc import Callable, Iterable
from pathlib import Path

from homeassistant.components.conversation import Attachment
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from ..completions.messages import ImagePart
from ..const import DOMAIN
from ..errors import async_exception_text

MAX_MB = 20
"""Megabytes up to which an image is sent: what the largest servers take."""

MAX_ALL_MB = 36
"""Megabytes up to which all images of a message are: in base64, what the largest servers take."""

MAX_TEXT_KB = 500
"""Kilobytes up to which texts are sent, one or all: more than most models can take in."""

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
            await async_exception_text(hass, key or "", placeholders or {}, language),
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
) -> tuple[ImagePart, ...]:
    """Return images; raises `AttachmentError` for what is none or cannot be sent."""
    images = list(attachments)
    for image in images:
        if _kind(image) not in IMAGES:
            raise AttachmentError("attachment_not_supported", image)
    contents = await _async_read_all(
        hass, images, MAX_MB * 1_000_000, MAX_ALL_MB * 1_000_000, _encoded
    )
    return tuple(
        ImagePart(IMAGES[_kind(image)], content)
        for image, content in zip(images, contents, strict=True)
    )


async def async_texts(
    hass: HomeAssistant, attachments: Iterable[Attachment]
) -> list[str]:
    """Return texts with the names of their files; raises `AttachmentError`."""
    files = list(attachments)
    limit = MAX_TEXT_KB * 1000
    contents = await _async_read_all(hass, files, limit, limit, _decoded)
    return [
        f'<file name="{file.path.name}">\n{content}\n</file>'
        for file, content in zip(files, contents, strict=True)
    ]


async def _async_read_all(
    hass: HomeAssistant,
    attachments: Iterable[Attachment],
    limit: int,
    limit_of_all: int,
    convert: Callable[[bytes], str],
) -> list[str]:
    """Return the contents of files, unless one of them is too large, or all together."""
    contents = []
    left = limit_of_all
    for attachment in attachments:
        try:
            size, content = await hass.async_add_executor_job(
                _read, attachment.path, limit, convert
            )
        except OSError as err:
            raise AttachmentError("attachment_unreadable", attachment) from err
        if size > limit:
            raise AttachmentError("attachment_too_large", attachment, _amount(limit))
        if size > left:
            raise AttachmentError(
                "attachments_too_large", attachment, _amount(limit_of_all)
            )
        left -= size
        contents.append(content)
    return contents


def _read(path: Path, limit: int, convert: Callable[[bytes], str]) -> tuple[int, str]:
    """Return size and content of a file, and no more of it than tells that it is too large."""
    with path.open("rb") as file:
        content = file.read(limit + 1)
    return len(content), convert(content) if len(content) <= limit else ""


def _amount(size: int) -> str:
    """Return a number of bytes as people say it."""
    return f"{size // 1_000_000} MB" if size >= 1_000_000 else f"{size // 1000} kB"


def _kind(attachment: Attachment) -> str:
    """Return the type of a file, without what may follow it."""
    return attachment.mime_type.partition(";")[0].strip().lower()


def _encoded(content: bytes) -> str:
    """Return bytes in base64."""
    return base64.b64encode(content).decode()


def _decoded(content: bytes) -> str:
    """Return bytes as the text that they are, more or less."""
    return content.decode("utf-8-sig", errors="replace").strip()
