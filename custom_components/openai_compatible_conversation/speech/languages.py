"""Texts in the language of the user, or in the closest one that there is."""

from collections.abc import Mapping


def in_language[TextT](texts: Mapping[str, TextT], language: str) -> TextT:
    """Return the text for a BCP 47 tag from texts by language in small letters.

    Falls back to the tag without its last subtags, then to English.
    """
    tag = language.replace("_", "-").lower()
    while tag:
        if tag in texts:
            return texts[tag]
        tag = tag.rpartition("-")[0]
    return texts["en"]
