"""Filters a text in pieces that are cut everywhere."""

from custom_components.openai_compatible_conversation.speech.markdown import (
    MarkdownFilter,
)


def spoken(*chunks: str, language: str = "en") -> str:
    """Return the speech of a text given in chunks."""
    markdown = MarkdownFilter(language)
    return "".join([*(markdown.feed(chunk) for chunk in chunks), markdown.flush()])


def assert_spoken(text: str, expected: str, language: str = "en") -> None:
    """Assert what is spoken of a text: whole, by the character, and cut in two."""
    assert spoken(text, language=language) == expected
    assert spoken(*text, language=language) == expected
    for position in range(1, len(text)):
        parts = (text[:position], text[position:])
        assert spoken(*parts, language=language) == expected, parts
