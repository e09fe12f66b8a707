"""Tests for the size and format of pictures that models are shown."""

from io import BytesIO
from random import Random

from PIL import Image
import pytest

from custom_components.openai_compatible_conversation.cameras.picture_bounds import (
    MAX_BYTES,
    MAX_SIDE,
    MAX_SOURCE_BYTES,
    PictureError,
    bounded_picture,
)


def picture(kind: str, width: int, height: int, mode: str = "RGB") -> bytes:
    """Return a picture of one colour."""
    file = BytesIO()
    Image.new(mode, (width, height)).save(file, kind)
    return file.getvalue()


def noise(width: int, height: int) -> bytes:
    """Return a picture that cannot be compressed."""
    file = BytesIO()
    pixels = Random(1).randbytes(3 * width * height)
    Image.frombytes("RGB", (width, height), pixels).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("kind", "mime"), [("JPEG", "image/jpeg"), ("PNG", "image/png")]
)
def test_small_is_kept(kind: str, mime: str) -> None:
    """A picture that is small enough is not compressed anew."""
    content = picture(kind, MAX_SIDE, 600)
    assert bounded_picture(content) == (mime, content)


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (picture("JPEG", 4096, 2304), (1024, 576)),
        (picture("PNG", 1500, 3000, "RGBA"), (512, 1024)),
        (picture("PNG", 2048, 8, "1"), (1024, 4)),
        (picture("GIF", 640, 480, "P"), (640, 480)),
        (picture("WEBP", 2048, 2048), (1024, 1024)),
        (noise(800, 600), (800, 600)),
    ],
)
def test_scaled(content: bytes, size: tuple[int, int]) -> None:
    """What is larger, or of another format, becomes a JPEG within the bounds."""
    mime, scaled = bounded_picture(content)
    assert mime == "image/jpeg"
    assert len(scaled) <= MAX_BYTES
    with Image.open(BytesIO(scaled)) as image:
        assert (image.format, image.size) == ("JPEG", size)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "cannot be read"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "cannot be read"),
        (picture("JPEG", 640, 480)[:-300], "cannot be read"),
        (picture("PNG", 2000, 1500)[:200], "cannot be read"),
        (picture("BMP", 10, 10), "cannot be read"),
        (picture("PNG", 8000, 7000, "1"), "too large: 8000 x 7000"),
        (bytes(MAX_SOURCE_BYTES + 1), "too large: 20 MB"),
    ],
    ids=["empty", "svg", "cut_off", "cut_off_large", "bmp", "pixels", "bytes"],
)
def test_refused(content: bytes, reason: str) -> None:
    """What is no picture, or too much of one, is refused with the reason."""
    with pytest.raises(PictureError, match=reason):
        bounded_picture(content)
