"""What people say for each of Home Assistant's intents. Reads the disk."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, product
import logging
import re
from typing import Any

_LOGGER = logging.getLogger(__name__)

MAX_WORDS = 200
"""Distinct words of an intent that are kept."""

MAX_SENTENCES = 300
"""Sentences of an intent that are read."""

_MAX_VALUES = 40
_MAX_DEPTH = 4
_MAX_EXPANDED = 2000
_MAX_VARIANTS = 16

_SPOKEN_FOR = {
    "homeassistant__GetLiveContext": ("HassGetState", "HassClimateGetTemperature"),
    "llm__GetDateTime": ("HassGetCurrentDate", "HassGetCurrentTime"),
    "get_weather": ("HassGetWeather",),
    "media_player__search_media": ("HassMediaSearchAndPlay",),
    "media_player__play_media": ("HassMediaSearchAndPlay",),
    "todo__HassListAddItem": ("HassShoppingListAddItem",),
    "todo__HassListCompleteItem": ("HassShoppingListCompleteItem",),
    "todo__get_items": ("HassShoppingListLastItems", "HassShoppingListAddItem"),
}
"""Tools that do what an intent of another name does."""

_SCRIPTS = {"zh-hans": "zh-cn", "zh-hant": "zh-tw"}
_REFERENCE = re.compile(r"<([^<>]+)>|\{([^{}:]+)(?::[^{}]*)?\}")
_GLUED = re.compile(r"(?:\w++|[\[(]\w*+(?:\|\w*+)*+[\])])++")
_SEGMENT = re.compile(r"\w+|[\[(][^\])]*[\])]")
_SYNTAX = re.compile(r"[\[\](){}<>|;:,.!?\"/\d%]+")


def load_words(language: str) -> dict[str, str]:
    """Return the words of the sentences for each intent, by its name.

    Nothing is raised: there are none for a language that has no sentences.
    """
    try:
        data = _load(language)
    # The package belongs to another integration.
    except ImportError, OSError, ValueError, LookupError, TypeError, AttributeError:
        _LOGGER.debug("There are no sentences for %s", language, exc_info=True)
        return {}
    return words_by_intent(data)


def words_by_intent(data: Any) -> dict[str, str]:
    """Return the words for each intent in the file of a language.

    Nothing is raised: there are none in a file of another format.
    """
    try:
        sentences = Sentences(data)
        return {
            intent: " ".join(sentences.words(intent)[:MAX_WORDS])
            for intent in data["intents"]
        }
    except LookupError, TypeError, AttributeError, ValueError:
        _LOGGER.debug("These sentences cannot be read", exc_info=True)
        return {}


def words_for_tool(name: str, words: Mapping[str, str]) -> str:
    """Return what people say for a tool, from the words for each intent."""
    intents = (name.rpartition("__")[2], *_SPOKEN_FOR.get(name, ()))
    return " ".join(words[intent] for intent in intents if intent in words)


class Sentences:
    """The sentence templates of a language."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        """Initialize with the content of a language's file."""
        self._data = data
        self._expanded: dict[str, str] = {}

    def words(self, intent: str) -> list[str]:
        """Return the distinct words of an intent's sentences, in their order."""
        templates = [
            template
            for group in self._data["intents"][intent]["data"]
            for template in group["sentences"]
        ]
        distinct: dict[str, None] = {}
        for template in templates[:MAX_SENTENCES]:
            text = _SYNTAX.sub(" ", self._expand(template))
            distinct |= dict.fromkeys(text.casefold().split())
        return list(distinct)

    def _expand(self, template: str, depth: int = 0) -> str:
        """Return a template with the words that its rules and lists stand for."""
        expanded = _REFERENCE.sub(
            lambda found: f" {self._referred(found[1], found[2], depth)} ",
            _unglued(template),
        )
        return expanded[:_MAX_EXPANDED]

    def _referred(self, rule: str | None, slot: str | None, depth: int) -> str:
        """Return the words that a rule or a list stands for."""
        name = f"<{rule}>" if rule else f"{{{slot}}}"
        if name not in self._expanded:
            if depth == _MAX_DEPTH:
                return ""
            self._expanded[name] = " ".join(
                self._expand(part, depth + 1) for part in self._parts(rule, slot)
            )[:_MAX_EXPANDED]
        return self._expanded[name]

    def _parts(self, rule: str | None, slot: str | None) -> Iterable[str]:
        """Return the templates of a rule or a list; many lists have none."""
        if rule:
            body = self._data.get("expansion_rules", {}).get(rule, "")
            return [body]
        return _values(self._data.get("lists", {}).get(slot, {}))


def _values(entries: Mapping[str, Any]) -> Iterator[str]:
    """Yield the values of a list, as many as are read."""
    for value in entries.get("values", [])[:_MAX_VALUES]:
        yield value["in"] if isinstance(value, Mapping) else value


def _unglued(template: str) -> str:
    """Return a template with `light[s]` written as the words that it stands for."""

    def whole(found: re.Match[str]) -> str:
        variants = [_variants(part) for part in _SEGMENT.findall(found[0])]
        return " ".join(map("".join, islice(product(*variants), _MAX_VARIANTS)))

    return _GLUED.sub(whole, template)


def _variants(segment: str) -> list[str]:
    """Return what a part of a word stands for: itself, or one of several."""
    if segment[0] not in "[(":
        return [segment]
    return segment[1:-1].split("|") + ([""] if segment[0] == "[" else [])


def _load(language: str) -> Any:
    """Return the file of a language, or of the language that it is a variant of."""
    # Comes with Home Assistant's conversation integration.
    from home_assistant_intents import get_intents, get_languages  # noqa: PLC0415

    wanted = language.casefold().replace("_", "-")
    wanted = _SCRIPTS.get(wanted, wanted)
    base = wanted.partition("-")[0]
    present = {known.casefold(): known for known in sorted(get_languages())}
    variants = (known for known in present if known.startswith(f"{base}-"))
    for candidate in (wanted, base, *variants):
        if candidate in present and (data := get_intents(present[candidate])):
            return data
    return {"intents": {}}
