"""Pictures of cameras in a size and a format that models take.

Models scale down what is larger, and a server may refuse it. Pillow comes with Home
Assistant. Does not depend on Home Assistant.
"""

from io import BytesIO

from PIL import Image

MAX_SIDE = 1024
"""Pixels of the longer side: more is scaled down by most models."""

MAX_BYTES = 1_000_000
"""Size of a picture in bytes above which it is compressed anew."""

MAX_SOURCE_BYTES = 20_000_000
"""Size of a camera's picture in bytes above which it is not read."""

MAX_SOURCE_PIXELS = 50_000_000
"""The same in pixels: reading more takes too much memory."""

_SENT_AS_IS = {"JPEG": "image/jpeg", "PNG": "image/png"}
_READABLE = (*_SENT_AS_IS, "GIF", "WEBP")
_QUALITY = 80


class PictureError(Exception):
    """Raised with a text that says why a picture cannot be shown."""


def bounded_picture(content: bytes) -> tuple[str, bytes]:
    """Return the MIME type and the bytes of a picture as a model can be shown it.

    The result is JPEG or PNG, has no side of more than `MAX_SIDE` pixels, and is as it
    was if that has none either. Raises `PictureError`.
    """
    if len(content) > MAX_SOURCE_BYTES:
        raise PictureError(f"its picture is too large: {len(content) // 1_000_000} MB")
    try:
        with Image.open(BytesIO(content), formats=_READABLE) as image:
            if image.width * image.height <= MAX_SOURCE_PIXELS:
                return _bounded(image, content)
            size = f"{image.width} x {image.height} pixels"
    # Pillow's readers raise anything for bytes that are no picture.
    except Exception as err:
        raise PictureError("its picture cannot be read") from err
    raise PictureError(f"its picture is too large: {size}")


def _bounded(image: Image.Image, content: bytes) -> tuple[str, bytes]:
    """Return the MIME type and the bytes of an image, which is read from `content`."""
    kind = _SENT_AS_IS.get(image.format or "")
    if kind and max(image.size) <= MAX_SIDE and len(content) <= MAX_BYTES:
        # A picture that is cut off fails here, and not at the server.
        image.load()
        return kind, content
    image.thumbnail((MAX_SIDE, MAX_SIDE))
    scaled = BytesIO()
    image.convert("RGB").save(scaled, "JPEG", quality=_QUALITY)
    return "image/jpeg", scaled.getvalue()
