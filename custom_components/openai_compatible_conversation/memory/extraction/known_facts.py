"""What is new of the facts that a model finds.

The model is asked to name a thing as it is named already. What it forgets of that is
mended where it is certain.

Decision record: docs/decisions/0008-memory-quotes-its-source.md.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from ...search.words import STOP_WORDS
from ..facts.extracted_fact import ExtractedFact
from ..facts.fact import NAMED, Category, Fact
from ..words.content_words import FRAME
from ..words.key_words import are_distinct, key_words
from ..words.normalization import fold, spoken_words

_MAX_NAME = 3
"""Maximum words of a value that is only a name."""

_NAMING_WORDS = """
name names named call called calling rename renamed now not no
heisst heissen hiess nenne nennen nennt namen jetzt nicht nein
appelle appelles appelons appellent nom surnom maintenant pas non
llama llamamos nombre ahora no
heet heten noem noemen naam nu niet nee
"""

_NAMING = frozenset(_NAMING_WORDS.split())
"""Words of a sentence that may give another name."""

_PLURALS = ("s", "es", "n", "en", "e")
_MIN_SINGULAR = 3
"""Endings of plurals, and minimum letters of a word that has one."""


def new_facts(
    found: Iterable[ExtractedFact], known: Iterable[Fact]
) -> list[ExtractedFact]:
    """Return what is new of the facts found in an answer, under the keys that are known.

    Of two for one key the later one is taken. What is known as it is, is left out.
    """
    found = list(found)
    categories = {item.category for item in found}
    by_category: defaultdict[Category, list[_Known]] = defaultdict(list)
    for fact in known:
        if fact.category in categories:
            by_category[fact.category].append(_Known(fact))
    result: dict[tuple[Category, str, str], ExtractedFact] = {}
    for item in found:
        others = by_category[item.category]
        named, old = _under_known_key(item, others)
        new = _Known(named)
        if old is None:
            if any(_is_known(new, other) for other in others):
                continue
            others.append(new)
        identity = named.category, fold(named.subject), fold(named.key)
        # What is corrected back is no news.
        result.pop(identity, None)
        if not (old and old.is_stored and old.value == new.value):
            result[identity] = named
    return list(result.values())


def _under_known_key(
    item: ExtractedFact, others: Iterable[_Known]
) -> tuple[ExtractedFact, _Known | None]:
    """Return a fact under the key that is known, and the one that is known under it."""
    new = _Known(item)
    old = new.same(others)
    if old and _is_more(item, new, old):
        item = replace(item, key=old.fact.value)
        old = _Known(item).same(others)
    if old:
        item = replace(item, key=old.fact.key, subject=old.fact.subject)
    return item, old


class _Known:
    """A fact, as it is compared with others of its category."""

    def __init__(self, fact: Fact | ExtractedFact) -> None:
        """Initialize with a fact that is stored or was found before."""
        self.fact = fact
        self.is_stored = isinstance(fact, Fact)
        self.words = key_words(fact.key, fact.subject)
        """What tells what it is about."""
        self.value = _value_words(fact.value, self.words)

    @property
    def is_name(self) -> bool:
        """Return whether the value is only a name, of a person, a pet or a device."""
        return (
            self.fact.category in NAMED
            and len(self.value) <= _MAX_NAME
            and not any(char.isdigit() for word in self.value for char in word)
        )

    def same(self, others: Iterable[_Known]) -> _Known | None:
        """Return the one of some others that is about the same, None without one."""
        return next((other for other in others if other.words == self.words), None)


def _is_more(item: ExtractedFact, new: _Known, old: _Known) -> bool:
    """Return whether a fact tells more of whom a known one names.

    "Our daughter Lena likes tea" is no correction of what the daughter is called.
    """
    said = spoken_words(item.quote)
    return (
        old.is_name
        and new.value != old.value
        and set(old.value) <= set(said)
        and _NAMING.isdisjoint(said)
    )


def _is_known(new: _Known, old: _Known) -> bool:
    """Return whether a fact is known under another key."""
    if new.value != old.value or are_distinct(new.words, old.words):
        return False
    few, many = sorted((new.words, old.words), key=len)
    is_same_subject = fold(new.fact.subject) == fold(old.fact.subject)
    if is_same_subject and all(any(_is_form(word, m) for m in many) for word in few):
        return True
    # A name is that of one person, pet or device.
    return new.is_name


def _is_form(one: str, two: str) -> bool:
    """Return whether two words are the same, or one is the plural of the other."""
    short, long = sorted((one, two), key=len)
    return one == two or (
        len(short) >= _MIN_SINGULAR and any(long == short + end for end in _PLURALS)
    )


def _value_words(value: str, about: frozenset[str]) -> tuple[str, ...]:
    """Return the words of a value that its key has not."""
    words = spoken_words(value)
    own = [word for word in words if word not in STOP_WORDS | FRAME | about]
    return tuple(own or words)
