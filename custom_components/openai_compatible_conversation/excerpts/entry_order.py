"""Which entries of a list come first if there is no room for all of them.

First are those that hold words that were asked for, and those that differ from their
neighbours: the one window that is open among a hundred that are not. The rarer a word
or a value is in the list, the more it counts.

Does not depend on Home Assistant.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
import math
import re
import unicodedata

from .json_values import Json

type Fields = dict[str, str]
"""The plain values in an entry by name, as text."""

MAX_ENTRIES = 5000
"""Number of entries in a list, beyond which they are taken in their order."""

MAX_WORDS = 24
"""Number of words asked for that are looked for."""

STATES = (
    *("state", "status", "value", "condition", "available", "active", "enabled"),
    *("completed", "open", "on"),
)
"""Names of the fields that say how a thing is now, not what it is."""

ENTITY_ID = "entity_id"

_KINDS = ("domain", "device_class", "type", "kind", "category", "class", "platform")
"""Names of the fields that say which entries are neighbours."""

_ACTIVE = frozenset(
    {
        *("on", "open", "opening", "closing", "unlocked", "unlocking", "jammed"),
        *("unavailable", "problem", "playing", "triggered", "true"),
    }
)
"""States that are worth telling, even among others of the same."""

_USUAL = 0.6
"""Share of its neighbours that have the value of a field which is the usual one."""

_MIN_NEIGHBOURS = 3
_MAX_READ = 4000
"""Characters of an entry that are read to find out what it is about."""

_MAX_VALUE = 40
"""Characters of a value that can be a state."""

_ASKED, _IS_ACTIVE = 2.0, 0.5
"""How much it counts to be asked for, and to be active, beside being different."""

_MIN_PART = 4
"""Letters of a word from which it is found inside of another: "Küchenlicht"."""

_LINE = re.compile(
    r"^[ \t]*(?:[-*] )?[\"']?(\w[\w ]{0,40})[\"']?: *(\S.*)$", re.MULTILINE
)
_QUOTES = "\"'"
_NUMBER = re.compile(r"\d")
_ACCENTS = re.compile("[\u0300-\u036f]")
_UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")
"""The start of a word in a script that has no spaces: Thai, Japanese, Chinese."""
_WORD = re.compile(r"[^\W_]+")


def preferred(entries: Sequence[Json], asked: Collection[str] = ()) -> list[int]:
    """Return the positions of entries, those first that are to be kept.

    `asked` are texts that say what was asked for. Entries that nothing speaks for keep
    their order.
    """
    positions = list(range(len(entries)))
    if len(entries) > MAX_ENTRIES:
        return positions
    scores = [
        _ASKED * wanted + differing
        for wanted, differing in zip(
            _asked_scores(entries, asked), _difference_scores(entries), strict=True
        )
    ]
    return sorted(positions, key=lambda position: (-scores[position], position))


def shared_fields(entries: Iterable[Json]) -> list[tuple[str, str]]:
    """Return the fields that have the same short value in all entries, states first."""
    shared: Fields | None = None
    for entry in entries:
        fields = fields_of(entry)
        if shared is None:
            shared = fields
        shared = {k: v for k, v in shared.items() if fields.get(k) == v}
        if not shared:
            break
    names = sorted(shared or {}, key=lambda name: name not in STATES)
    return [
        (name, value)
        for name in names
        if 0 < len(value := (shared or {})[name]) <= _MAX_VALUE
    ]


def fields_of(entry: Json) -> Fields:
    """Return the plain values in an entry: an object, or a text with a field a line."""
    match entry:
        case dict():
            return dict(_members(entry))
        case str():
            return {
                name: value.strip(_QUOTES)
                for name, value in _LINE.findall(entry[:_MAX_READ])
            }
    return {}


def _members(entry: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Yield the plain values in an object, and in the objects in it."""
    for name, value in entry.items():
        match value:
            case bool():
                yield name, str(value).lower()
            case str() | int() | float():
                yield name, str(value)
            case dict():
                yield from (
                    (inner, str(plain))
                    for inner, plain in value.items()
                    if isinstance(plain, str)
                )


def _asked_scores(entries: Sequence[Json], asked: Collection[str]) -> list[float]:
    """Return for each entry how much it is what was asked for."""
    scores = [0.0] * len(entries)
    words = dict.fromkeys(word for text in asked for word in _words(text))
    if not words:
        return scores
    texts = [_folded(" ".join(texts_in(entry))[:_MAX_READ]) for entry in entries]
    known = [frozenset(_WORD.findall(text)) for text in texts]
    for word in list(words)[:MAX_WORDS]:
        holders = [
            position
            for position, text in enumerate(texts)
            if word in known[position]
            or ((len(word) >= _MIN_PART or _UNSPACED.match(word)) and word in text)
        ]
        if holders:
            rarity = math.log(len(entries) / len(holders))
            for position in holders:
                scores[position] += rarity
    return scores


def _difference_scores(entries: Sequence[Json]) -> list[float]:
    """Return for each entry how much it differs from others of its kind."""
    scores = [0.0] * len(entries)
    groups: defaultdict[tuple[str, ...], dict[int, Fields]] = defaultdict(dict)
    for position, entry in enumerate(entries):
        fields = fields_of(entry)
        groups[_kind_of(fields)][position] = fields
    for group in groups.values():
        names = {name for fields in group.values() for name in fields}
        for name in sorted(names.intersection(STATES) or names.difference(_KINDS)):
            values = {p: f[name] for p, f in group.items() if _is_state(f.get(name))}
            for position, score in _rarities(values).items():
                scores[position] += score
        for position, fields in group.items():
            if any(fields.get(name, "").lower() in _ACTIVE for name in STATES):
                scores[position] += _IS_ACTIVE
    return scores


def _kind_of(fields: Fields) -> tuple[str, ...]:
    """Return what makes entries neighbours."""
    domain, dot, _ = fields.get(ENTITY_ID, "").partition(".")
    return (domain if dot else "", *(fields.get(name, "") for name in _KINDS))


def _is_state(value: str | None) -> bool:
    """Return whether a value can be a state: numbers and times differ anyway."""
    return (
        value is not None and 0 < len(value) <= _MAX_VALUE and not _NUMBER.search(value)
    )


def _rarities(values: Mapping[int, str]) -> dict[int, float]:
    """Return how rare a value is, for each one that is not the usual one."""
    counts = Counter(values.values())
    if len(values) < _MIN_NEIGHBOURS or len(counts) < 2:
        return {}
    usual, most = counts.most_common(1)[0]
    if most < _USUAL * len(values):
        return {}
    return {
        position: math.log(len(values) / counts[value])
        for position, value in values.items()
        if value != usual
    }


def texts_in(value: object) -> Iterator[str]:
    """Yield the texts in a value."""
    match value:
        case str():
            yield value
        case dict():
            for item in value.values():
                yield from texts_in(item)
        case list():
            for item in value:
                yield from texts_in(item)


def _words(text: str) -> Iterator[str]:
    """Yield the words of a text, pairs of letters where they are written as one."""
    for word in _WORD.findall(_folded(text)):
        if _UNSPACED.match(word):
            yield from (word[start : start + 2] for start in range(len(word) - 1))
        elif len(word) > 1:
            yield word


def _folded(text: str) -> str:
    """Return a text without case and accents."""
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", text)).casefold()
