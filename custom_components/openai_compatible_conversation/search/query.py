"""What a query asks for: its words, what they mean, and how much each of them says."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set as AbstractSet
import re
from typing import NamedTuple

from .lexicon import Lexicon, Reading
from .matcher import Match, Matcher, Matches
from .query_words import words_of
from .unserved import UNKNOWN_CLAIM, UNSERVED_CLAIM, unserved_claims
from .word_tables import UNCOMMON, Meaning
from .words import STOP_WORDS, joined, tokens

MAX_QUERY = 1000
"""Maximum characters of a query; the rest is ignored."""

MAX_TERMS = 20
"""Maximum terms of a query that are searched for."""

STOP_WORD_WEIGHT = 0.08
"""Weight of a stop word beside other words."""

WEAK_WEIGHT = 0.3
"""Weight of a word that tells little about the tool, such as a time or a room."""

VERB_WEIGHT = 0.6
"""Weight of a verb that says nothing without its object."""

PHRASE_WEIGHT = 1.3
"""Weight of words that have a meaning together."""

EXPLAINED_WEIGHT = 0.5
"""Weight of a word that is part of such words."""

_EXPLAINED_CLAIM = 0.15
_VERB_CLAIM = 0.15
_OPEN_CLAIM = 0.15
_SIMILAR_SHARES = (0.3, 0.1)
"""Share that a misspelled word is of what was meant: alone, and among others."""

_NAME = re.compile(r"(?<=[\w,] )[A-ZÀ-Þ]\w+")
"""A capitalized word inside a sentence."""

_NOUNS_CAPITALIZED = "de"


class Term(NamedTuple):
    """Something that a query asks for."""

    matches: Matches
    rarity: float
    weight: float = 1.0
    """How much it counts for the order of the documents."""
    claim: float = 1.0
    """How much of the query is unanswered without it, before its rarity."""


def query_terms(
    text: str,
    matcher: Matcher,
    lexicon: Lexicon | None = None,
    names: Mapping[str, Meaning] | None = None,
) -> list[Term]:
    """Return what a text asks for, the most important first.

    Without a lexicon there are stop words and synonyms, and words have no other
    meanings. `names` holds what the words of names mean that are nothing else.
    """
    words = words_of(text[:MAX_QUERY], matcher)
    names = names or {}
    capitalized = {
        joined(parts) for name in _NAME.findall(text) for parts in tokens(name)
    }
    reading = _reading(words, matcher, lexicon, capitalized)
    if _NOUNS_CAPITALIZED in reading.languages:
        capitalized = set()
    for place, word in enumerate(words):
        if word in names and not reading.meanings[place] and not matcher.scores(word):
            reading.weak.add(place)
            reading.meanings[place] = [names[word]] if names[word] else []
    phrases = _phrase_matches(reading, matcher)
    # The pill of "I took my pill" is answered for, even if no tool orders pills.
    served = {
        place
        for positions, match in phrases.items()
        if match.matches
        for place in positions
    }
    terms = [
        *_word_terms(words, reading, matcher, capitalized, served),
        *_phrase_terms(phrases, served, reading),
    ]
    terms.sort(key=lambda term: -term.weight)
    return terms[:MAX_TERMS]


def _reading(
    words: list[str],
    matcher: Matcher,
    lexicon: Lexicon | None,
    capitalized: AbstractSet[str],
) -> Reading:
    """Return what is known of the words of a query."""
    if lexicon is None:
        stop = {place for place, word in enumerate(words) if word in STOP_WORDS}
        return Reading([[] for _ in words], stop=stop)
    return lexicon.read(words, lambda word: bool(matcher.scores(word)), capitalized)


def _word_terms(
    words: list[str],
    reading: Reading,
    matcher: Matcher,
    capitalized: AbstractSet[str],
    served: AbstractSet[int],
) -> Iterator[Term]:
    """Yield the terms for the single words of a query."""
    every = set(range(len(words)))
    stop, weak = reading.stop, reading.weak | reading.command.particles
    explained = {place for phrase in reading.phrases for place in phrase.positions}
    unknown_names = {
        place
        for place, word in enumerate(words)
        if word in capitalized
        and not reading.meanings[place]
        and not matcher.is_about(word)
    }
    # Without better words, a query is about its weak words, or even its stop words.
    if stop | weak | unknown_names == every and not served:
        weak = set()
    if stop == every:
        stop = set()
    content = every - stop - weak
    verbs = reading.verbs if content - reading.verbs else set()
    unserved = unserved_claims(words, reading, content, served, matcher)
    for place, word in enumerate(words):
        meanings = reading.meanings[place]
        is_open = reading.is_open or word in capitalized
        if place in unserved:
            if unserved[place]:
                yield Term({}, matcher.max_rarity, EXPLAINED_WEIGHT, unserved[place])
            is_open, meanings = True, []
        is_open = is_open or reading.is_question or place in reading.subordinate
        term = _word_term(
            word,
            [meaning for meaning in meanings if matcher.is_served(meaning)],
            matcher,
            similar_share=_SIMILAR_SHARES[0 if len(content) == 1 else 1],
            is_open=is_open,
            may_be_misspelled=place in content and place not in reading.common,
        )
        if place in stop:
            term = term._replace(weight=STOP_WORD_WEIGHT, claim=0.0)
        elif place in weak:
            term = term._replace(weight=WEAK_WEIGHT, claim=0.0)
        elif place in verbs:
            term = term._replace(weight=VERB_WEIGHT, claim=term.claim * _VERB_CLAIM)
        if place in explained:
            term = term._replace(
                weight=min(term.weight, EXPLAINED_WEIGHT),
                claim=term.claim * _EXPLAINED_CLAIM,
            )
        yield term


def _word_term(
    word: str,
    meanings: list[Meaning],
    matcher: Matcher,
    *,
    similar_share: float,
    is_open: bool,
    may_be_misspelled: bool,
) -> Term:
    """Return the term for one word as if it were the only one of its query."""
    match = matcher.match_word(word, meanings, may_be_misspelled=may_be_misspelled)
    if match.is_exact:
        is_clear = any(share >= 1 for _, share in match.matches.values())
        claim = 1.0 if match.matches else UNSERVED_CLAIM
        if is_open and not is_clear:
            claim = _OPEN_CLAIM
        return Term(match.matches, match.rarity, claim=claim)
    matches = {key: (score, similar_share) for key, (score, _) in match.matches.items()}
    return Term(matches, match.rarity, claim=_OPEN_CLAIM if is_open else UNKNOWN_CLAIM)


def _phrase_matches(reading: Reading, matcher: Matcher) -> dict[frozenset[int], Match]:
    """Return the documents for words that have a meaning together, by position.

    What other words mean already is left out.
    """
    meanings: defaultdict[frozenset[int], list[Meaning]] = defaultdict(list)
    known: set[Meaning] = set()
    for positions, meaning in reading.phrases:
        if meaning not in known:
            known.add(meaning)
            meanings[positions].append(meaning)
    return {
        positions: matcher.match_meanings(filter(matcher.is_served, found))
        for positions, found in meanings.items()
    }


def _phrase_terms(
    matches: Mapping[frozenset[int], Match], served: AbstractSet[int], reading: Reading
) -> Iterable[Term]:
    """Yield the terms for words that have a meaning together."""
    uncommon = {
        positions for positions, meaning in reading.phrases if meaning[0] == UNCOMMON
    }
    for positions, match in matches.items():
        is_doubtful = (
            positions not in uncommon
            or reading.is_question
            or positions <= served
            or (reading.holds_any and not reading.command.is_by_hand)
        )
        claim = UNKNOWN_CLAIM if is_doubtful else UNSERVED_CLAIM
        if not positions.isdisjoint(reading.subordinate):
            claim = _OPEN_CLAIM
        if match.matches:
            claim = 1.0
        yield Term(match.matches, match.rarity, PHRASE_WEIGHT, claim)
