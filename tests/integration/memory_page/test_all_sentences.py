"""Test that each sentence of the README on the memory has a test, and no other."""

import ast
from collections.abc import Iterator
from pathlib import Path
import re

HERE = Path(__file__).parent
README = (HERE.parents[2] / "README.md").read_text()
SECTION = README.partition("## What it remembers\n")[2].partition("\n## ")[0]

SENTENCE_END = re.compile(r"(?<=[.?!])\s+")


def sentences_of(markdown: str) -> list[str]:
    """Return the sentences of a text, without headings, pictures and markup."""
    text = re.sub(r"^#.*$|!\[[^\]]*\]\([^)]*\)", "", markdown, flags=re.MULTILINE)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)|[*`]", r"\1", text)
    paragraphs = (" ".join(part.split()) for part in text.split("\n\n"))
    return [s for part in paragraphs if part for s in SENTENCE_END.split(part)]


def marked_sentences() -> Iterator[str]:
    """Yield the sentences that the tests are marked with."""
    for path in HERE.glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(ast.Name("says"), [ast.Constant(str(sentence))]):
                    yield sentence


def test_each_sentence_has_a_test() -> None:
    sentences, tested = sentences_of(SECTION), list(marked_sentences())
    assert len(sentences) > 20
    assert not [sentence for sentence in sentences if sentence not in tested]
    assert not [sentence for sentence in tested if sentence not in sentences]


def test_sentences_are_told_apart() -> None:
    text = (
        'One, *two*. "Three?" [Four](a.md)\nand `five`.\n\n![A. b](c.png)\n\n## Six\n'
    )
    assert sentences_of(text) == ["One, two.", '"Three?" Four and five.']
