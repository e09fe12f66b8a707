"""The words of a query, whether they are written together or apart."""

from itertools import chain, pairwise

from .matcher import Matcher
from .synonyms import SYNONYM_VOCABULARY
from .words import STOP_WORDS, joined, tokens

_SHORT_FORMS = frozenset({"s", "t", "d", "ll", "m", "re", "ve"})
"""What follows the apostrophe of a short form, such as "let's"."""


def words_of(text: str, matcher: Matcher) -> list[str]:
    """Return the distinct words of a query, and those written apart as one."""
    found: list[str] = []
    for parts in tokens(text):
        whole = joined(parts)
        is_short = parts[-1] in _SHORT_FORMS
        found += [whole] if not is_short and matcher.scores(whole) else parts
    apart = chain(pairwise(found), zip(found, found[1:], found[2:], strict=False))
    found += [
        whole
        for parts in apart
        if not _SHORT_FORMS.intersection(parts)
        and matcher.scores(whole := joined(parts))
        # "For me" is no "forme", but "to do" is a to-do.
        and (not STOP_WORDS.issuperset(parts) or whole in SYNONYM_VOCABULARY)
    ]
    return list(dict.fromkeys(found))
