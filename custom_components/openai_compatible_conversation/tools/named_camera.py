"""The camera that a name means: its own, its room's, or one of these with "camera".

Does not depend on Home Assistant.
"""

from collections.abc import Iterable, Iterator
import re

from .target_names import Words, are_alike, spellings
from .targets import Entity, Targets

LOOK = "look_at_camera"
"""The name of the tool that looks through a camera."""

CAMERA = "camera"
"""The domain of cameras."""

_CAMERA_WORD = re.compile(r"(?:web)?cams?|(?:web)?(?:[ck]amera|camara)s?")
_COMPOUND = re.compile(r"(\w{3,}?)[ck]ameras?")
"""A word such as "Gartenkamera"."""


def meant_cameras(name: str, cameras: Targets) -> list[Entity]:
    """Return the cameras that a name may mean.

    For "" and "camera", they are all of them, unless one is called just so.
    """
    entities = cameras.entities
    wanted = list(_words_in([name]))
    if found := [e for e in entities if e.is_named(name)]:
        return cameras.preferred(found)
    if not any(wanted):
        return list(entities)
    found = [e for e in entities if _is_one(wanted, e.names)] or [
        e for e in entities if e.area and _is_one(wanted, e.area.spoken_names)
    ]
    return cameras.preferred(found)


def _is_one(wanted: Iterable[Words], names: Iterable[str]) -> bool:
    """Return whether words are those of one of some names, but for "camera"."""
    own = list(_words_in(names))
    return any(given and are_alike(given, words) for given in wanted for words in own)


def _words_in(names: Iterable[str]) -> Iterator[Words]:
    """Yield the words of names without those that say that it is a camera."""
    for name in names:
        for words in spellings(name):
            yield tuple(
                found[1] if (found := _COMPOUND.fullmatch(word)) else word
                for word in words
                if not _CAMERA_WORD.fullmatch(word)
            )
