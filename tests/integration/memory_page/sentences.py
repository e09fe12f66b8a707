"""Which sentence of the README a test is for."""

from collections.abc import Callable


def says[TestT: Callable[..., object]](sentence: str) -> Callable[[TestT], TestT]:
    """Return a decorator that marks a test as that of a sentence.

    `test_all_sentences.py` reads the sentences of the tests from their source.
    """
    assert sentence.endswith((".", "?", "!"))
    return lambda test: test
