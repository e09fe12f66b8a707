"""Attachments of a message, read from disk and converted for the model."""

import base64
from collections.abc import Callable, Iterable
from pathlib import Path

from homeassistant.components.conversation import Attachment
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from ..completions.messages import (
    MAX_ALL_IMAGES_MB,
    MAX_IMAGE_MB,
    ImagePart,
    UserMessage,
)
from ..const import DOMAIN
from ..errors import async_exception_text

MAX_TEXT_KB = 500
"""Maximum size of all texts of a message in kilobytes.

This exceeds the context window of most models.
"""

IMAGES = {
    "image/jpeg": "image/jpeg",
    "image/jpg": "image/jpeg",
    "image/png": "image/png",
    "image/webp": "image/webp",
    "image/gif": "image/gif",
}
"""The image types that models support, by the types that cameras report."""

_TEXTS = frozenset({"application/json", "application/xml", "application/yaml"})


class AttachmentError(HomeAssistantError):
    """An attachment cannot be sent to the model."""

    def __init__(self, key: str, attachment: Attachment, limit: str = "") -> None:
        """Initialize with the error's translation key, and a size limit as text."""
        super().__init__(
            translation_domain=DOMAIN,
            translation_key=key,
            translation_placeholders={
                "name": attachment.path.name,
                "type": attachment.mime_type,
                "limit": limit,
            },
        )

    async def async_localized(
        self, hass: HomeAssistant, language: str
    ) -> HomeAssistantError:
        """Return the error with its message translated to a language."""
        key, placeholders = self.translation_key, self.translation_placeholders
        return HomeAssistantError(
            await async_exception_text(hass, key or "", placeholders or {}, language),
            translation_domain=DOMAIN,
            translation_key=key,
            translation_placeholders=placeholders,
        )


def is_text(attachment: Attachment) -> bool:
    """Return whether an attachment is a text file."""
    base_type = _base_mime_type(attachment)
    return base_type.startswith("text/") or base_type in _TEXTS


async def async_images(
    hass: HomeAssistant, attachments: Iterable[Attachment]
) -> tuple[ImagePart, ...]:
    """Return attachments as image parts; raises `AttachmentError`."""
    images = list(attachments)
    for image in images:
        if _base_mime_type(image) not in IMAGES:
            raise AttachmentError("attachment_not_supported", image)
    contents = await _async_read_all(
        hass,
        images,
        MAX_IMAGE_MB * 1_000_000,
        MAX_ALL_IMAGES_MB * 1_000_000,
        _encode_base64,
    )
    return tuple(
        ImagePart(IMAGES[_base_mime_type(image)], content)
        for image, content in zip(images, contents, strict=True)
    )


async def async_texts(
    hass: HomeAssistant, attachments: Iterable[Attachment]
) -> list[str]:
    """Return the contents of text files with their names; raises `AttachmentError`."""
    files = list(attachments)
    limit = MAX_TEXT_KB * 1000
    contents = await _async_read_all(hass, files, limit, limit, _decode_text)
    return [
        f'<file name="{file.path.name}">\n{content}\n</file>'
        for file, content in zip(files, contents, strict=True)
    ]


async def async_message(
    hass: HomeAssistant, text: str, attachments: Iterable[Attachment]
) -> UserMessage:
    """Return a message with its attachments; raises `AttachmentError`."""
    attachments = list(attachments)
    texts = await async_texts(hass, filter(is_text, attachments))
    images = await async_images(hass, (a for a in attachments if not is_text(a)))
    return UserMessage("\n\n".join([text, *texts]), images)


async def _async_read_all(
    hass: HomeAssistant,
    attachments: Iterable[Attachment],
    limit: int,
    total_limit: int,
    convert: Callable[[bytes], str],
) -> list[str]:
    """Return the converted contents of files; raises `AttachmentError`.

    The limits are in bytes: of each file, and of all files together.
    """
    contents = []
    remaining = total_limit
    for attachment in attachments:
        try:
            size, content = await hass.async_add_executor_job(
                _read, attachment.path, limit, convert
            )
        except OSError as err:
            raise AttachmentError("attachment_unreadable", attachment) from err
        if size > limit:
            raise AttachmentError(
                "attachment_too_large", attachment, _format_size(limit)
            )
        if size > remaining:
            raise AttachmentError(
                "attachments_too_large", attachment, _format_size(total_limit)
            )
        remaining -= size
        contents.append(content)
    return contents


def _read(path: Path, limit: int, convert: Callable[[bytes], str]) -> tuple[int, str]:
    """Return size and converted content of a file; stop reading beyond the limit."""
    with path.open("rb") as file:
        content = file.read(limit + 1)
    return len(content), convert(content) if len(content) <= limit else ""


def _format_size(size: int) -> str:
    """Return a number of bytes as text in megabytes or kilobytes."""
    return f"{size // 1_000_000} MB" if size >= 1_000_000 else f"{size // 1000} kB"


def _base_mime_type(attachment: Attachment) -> str:
    """Return the MIME type of an attachment without parameters."""
    return attachment.mime_type.partition(";")[0].strip().lower()


def _encode_base64(content: bytes) -> str:
    """Return bytes encoded as base64."""
    return base64.b64encode(content).decode()


def _decode_text(content: bytes) -> str:
    """Return bytes decoded as UTF-8, with invalid bytes replaced."""
    return content.decode("utf-8-sig", errors="replace").strip()
