"""Words that people use for each of Home Assistant's intents.

They come from the sentence templates in the `home-assistant-intents` package, which
are written in the syntax of hassil (https://github.com/home-assistant/hassil). The
templates are not parsed: references are expanded up to a limit, and the syntax is
removed. Does blocking I/O.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, product
import logging
import re
from typing import Any

_LOGGER = logging.getLogger(__name__)

MAX_WORDS = 200
"""Maximum number of distinct words kept per intent."""

MAX_SENTENCES = 300
"""Maximum number of sentence templates read per intent."""

_MAX_VALUES = 40
_MAX_DEPTH = 4
_MAX_EXPANDED = 2000
_MAX_VARIANTS = 16

_RELATED_INTENTS = {
    "homeassistant__GetLiveContext": ("HassGetState", "HassClimateGetTemperature"),
    "llm__GetDateTime": ("HassGetCurrentDate", "HassGetCurrentTime"),
    "get_weather": ("HassGetWeather",),
    "media_player__search_media": ("HassMediaSearchAndPlay",),
    "media_player__play_media": ("HassMediaSearchAndPlay",),
    "todo__HassListAddItem": ("HassShoppingListAddItem",),
    "todo__HassListCompleteItem": ("HassShoppingListCompleteItem",),
    "todo__get_items": ("HassShoppingListLastItems", "HassShoppingListAddItem"),
}
"""Intents of another name whose sentences describe a tool, by tool."""

_SCRIPTS = {"zh-hans": "zh-cn", "zh-hant": "zh-tw"}
_REFERENCE = re.compile(r"<([^<>]+)>|\{([^{}:]+)(?::[^{}]*)?\}")
_COMPOUND = re.compile(r"(?:\w++|[\[(]\w*+(?:\|\w*+)*+[\])])++")
_SEGMENT = re.compile(r"\w+|[\[(][^\])]*[\])]")
_SYNTAX = re.compile(r"[\[\](){}<>|;:,.!?\"/\d%]+")


def load_words(language: str) -> dict[str, str]:
    """Return the words of the sentences of each intent, by intent name.

    Does blocking I/O. Returns none for a language without sentences; raises nothing.
    """
    try:
        data = _load(language)
    # The package is a dependency of another integration: its format may change.
    except ImportError, OSError, ValueError, LookupError, TypeError, AttributeError:
        _LOGGER.debug("There are no sentences for %s", language, exc_info=True)
        return {}
    return words_by_intent(data)


def words_by_intent(data: Any) -> dict[str, str]:
    """Return the words of each intent in the sentence file of a language.

    Returns none for a file of another format; raises nothing.
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
    """Return the words for a tool, given the words of each intent."""
    intents = (name.rpartition("__")[2], *_RELATED_INTENTS.get(name, ()))
    return " ".join(words[intent] for intent in intents if intent in words)


class Sentences:
    """The sentence templates of a language."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        """Initialize with the content of the language's sentence file."""
        self._data = data
        self._expanded: dict[str, str] = {}

    def words(self, intent: str) -> list[str]:
        """Return the distinct words of an intent's sentences, in order."""
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
        """Return a template with its rules and lists expanded."""
        expanded = _REFERENCE.sub(
            lambda found: f" {self._expand_reference(found[1], found[2], depth)} ",
            _expand_compounds(template),
        )
        return expanded[:_MAX_EXPANDED]

    def _expand_reference(self, rule: str | None, slot: str | None, depth: int) -> str:
        """Return the expansion of a rule or a list, cached."""
        name = f"<{rule}>" if rule else f"{{{slot}}}"
        if name not in self._expanded:
            if depth == _MAX_DEPTH:
                return ""
            self._expanded[name] = " ".join(
                self._expand(part, depth + 1) for part in self._templates_of(rule, slot)
            )[:_MAX_EXPANDED]
        return self._expanded[name]

    def _templates_of(self, rule: str | None, slot: str | None) -> Iterable[str]:
        """Return the templates of a rule or a list; many lists have none."""
        if rule:
            body = self._data.get("expansion_rules", {}).get(rule, "")
            return [body]
        return _values(self._data.get("lists", {}).get(slot, {}))


def _values(entries: Mapping[str, Any]) -> Iterator[str]:
    """Yield the first values of a list."""
    for value in entries.get("values", [])[:_MAX_VALUES]:
        yield value["in"] if isinstance(value, Mapping) else value


def _expand_compounds(template: str) -> str:
    """Return a template with words such as `light[s]` replaced by their variants."""

    def variants_of(found: re.Match[str]) -> str:
        variants = [_variants(part) for part in _SEGMENT.findall(found[0])]
        return " ".join(map("".join, islice(product(*variants), _MAX_VARIANTS)))

    return _COMPOUND.sub(variants_of, template)


def _variants(segment: str) -> list[str]:
    """Return the variants of a part of a word."""
    if segment[0] not in "[(":
        return [segment]
    return segment[1:-1].split("|") + ([""] if segment[0] == "[" else [])


def _load(language: str) -> Any:
    """Return the sentence file of a language, or of its base language or a variant."""
    # Installed with Home Assistant's conversation integration.
    from home_assistant_intents import get_intents, get_languages  # noqa: PLC0415

    requested = language.casefold().replace("_", "-")
    requested = _SCRIPTS.get(requested, requested)
    base = requested.partition("-")[0]
    present = {known.casefold(): known for known in sorted(get_languages())}
    variants = (known for known in present if known.startswith(f"{base}-"))
    for candidate in (requested, base, *variants):
        if candidate in present and (data := get_intents(present[candidate])):
            return data
    return {"intents": {}}
