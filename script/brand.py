"""Draw the icons and logos of the integration into its folder `brand`.

usage: .venv/2026.11.0/bin/python script/brand.py

The mark is a speech bubble under a roof. Requires Pillow, which Home Assistant
depends on, and uses its default font.
"""

from itertools import pairwise
from pathlib import Path
import sys

from PIL import Image, ImageDraw, ImageFont

BRAND = (
    Path(__file__)
    .parents[1]
    .joinpath("custom_components", "openai_compatible_conversation", "brand")
)
SUPERSAMPLING = 8
"""Factor of supersampling, for smooth edges."""

BLUE, TEAL, WHITE = (46, 107, 230), (24, 188, 200), (255, 255, 255)
LIGHTER = (86, 146, 255), (56, 214, 216)
"""Blue and teal on a dark background."""
INK, PALE = (28, 36, 56), (236, 240, 248)
"""Colors of the letters on a light and on a dark background."""
NAME = ("OpenAI-Compatible", "Conversation")

type Colour = tuple[int, int, int]
type Point = tuple[float, float]

SHAPES: tuple[tuple[float, tuple[Point, ...]], ...] = (
    (5, ((50, 6.5), (94, 45), (6, 45))),
    (5, ((18, 40), (82, 40), (82, 78), (18, 78))),
    (1.6, ((24, 76), (52, 76), (21.5, 97))),
)
"""Roof, wall and tip of the bubble: corner radius and corners, in percent."""
WAVE = ((28, 5), (39, 11.5), (50, 19), (61, 11.5), (72, 5))
"""Bars of the sound wave: horizontal position and half the height, in percent."""
WAVE_MIDDLE, BAR = 53, 6


def mark(size: int, *, dark: bool) -> Image.Image:
    """Return the mark for a light or dark background, with a size in pixels."""
    scale = size * SUPERSAMPLING / 100
    shape = Image.new("L", (size * SUPERSAMPLING,) * 2)
    pen = ImageDraw.Draw(shape)
    for radius, corners in SHAPES:
        outline = [(x * scale, y * scale) for x, y in corners]
        reach = radius * scale
        pen.polygon(outline, fill=255)
        # A thick line with circles at its ends rounds the corners.
        for start, end in pairwise([*outline, outline[0]]):
            pen.line([start, end], fill=255, width=round(2 * reach))
        for x, y in outline:
            pen.ellipse([x - reach, y - reach, x + reach, y + reach], fill=255)

    picture = Image.new("RGBA", shape.size)
    picture.paste(
        _gradient(shape.size, *(LIGHTER if dark else (BLUE, TEAL))), mask=shape
    )
    pen = ImageDraw.Draw(picture)
    for x, height in WAVE:
        box = (x - BAR / 2, WAVE_MIDDLE - height, x + BAR / 2, WAVE_MIDDLE + height)
        pen.rounded_rectangle(
            [side * scale for side in box],
            radius=BAR / 2 * scale,
            fill=WHITE,
        )
    return picture.resize((size, size), Image.Resampling.LANCZOS)


def logo(height: int, *, dark: bool) -> Image.Image:
    """Return the mark and the name beside it, with a height in pixels."""
    font = ImageFont.load_default(height * 0.27 * SUPERSAMPLING / 2)
    width = max(font.getlength(line) for line in NAME) * 2 / SUPERSAMPLING
    letters = Image.new(
        "L", (round(width * SUPERSAMPLING / 2), height * SUPERSAMPLING // 2)
    )
    pen = ImageDraw.Draw(letters)
    for line, middle in zip(NAME, (0.32, 0.66), strict=True):
        pen.text((0, middle * letters.height), line, fill=255, font=font, anchor="lm")
    letters = letters.resize((round(width), height), Image.Resampling.LANCZOS)

    left = round(height * 1.08)
    picture = Image.new("RGBA", (left + letters.width, height))
    picture.paste(mark(height, dark=dark))
    words = Image.new("RGBA", letters.size, PALE if dark else INK)
    words.putalpha(letters)
    picture.paste(words, (left, 0))
    return picture


def _gradient(size: tuple[int, int], top: Colour, bottom: Colour) -> Image.Image:
    """Return the vertical gradient of the mark."""
    return Image.composite(
        Image.new("RGB", size, bottom),
        Image.new("RGB", size, top),
        Image.linear_gradient("L").resize(size),
    )


def main() -> None:
    """Draw all brand images that Home Assistant looks for."""
    BRAND.mkdir(exist_ok=True)
    for prefix, dark in (("", False), ("dark_", True)):
        for suffix, size in (("", 256), ("@2x", 512)):
            for kind, draw in (("icon", mark), ("logo", logo)):
                path = BRAND / f"{prefix}{kind}{suffix}.png"
                draw(size, dark=dark).save(path, optimize=True)
    sys.stdout.write(f"{BRAND}\n")


if __name__ == "__main__":
    main()
