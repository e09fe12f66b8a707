"""Tests of the full-text index."""

from collections.abc import Generator, Iterator

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.search.index import Index
from custom_components.openai_compatible_conversation.search.matcher import MAX_RANKED
from custom_components.openai_compatible_conversation.search.ranking import HEADING_ROW
from custom_components.openai_compatible_conversation.search.synonyms import synonyms_of
from custom_components.openai_compatible_conversation.search.vocabulary import (
    Vocabulary,
    distance,
)
from custom_components.openai_compatible_conversation.search.words import (
    MAX_WORD,
    tokens,
    words,
)

DOCUMENTS = {
    "coffee": "Anna drinks her coffee black",
    "tea": "Ben drinks green tea in the afternoon",
    "dog": "The dog is called Rex",
    "dentist": "The dentist is at Rosenweg 3",
    "wohnzimmer": "Die Lampe im Wohnzimmer heißt Sonne",
    "灯": "客厅的灯叫太阳",
    "screen": "takeScreenshot of the WiFi page",
}

ANY = st.text(st.characters(exclude_categories=()))


@pytest.fixture(scope="module")
def index() -> Generator[Index]:
    """Return an index of a few facts."""
    index = Index({"text": 1.0})
    index.put_all((key, {"text": text}) for key, text in DOCUMENTS.items())
    yield index
    index.close()


def _best(index: Index, query: str) -> str | None:
    """Return the key of the best hit, None without hits."""
    return next((hit.key for hit in index.search(query)), None)


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ("coffee", "coffee"),
        ("COFFEES", "coffee"),
        ("cofee", "coffee"),
        ("what does Anna drink?", "coffee"),
        ("called", "dog"),
        ("calling", "dog"),
        ("dentsit", "dentist"),
        ("afternon tea", "tea"),
        ("rosenweg_3", "dentist"),
        ("RosenWeg", "dentist"),
        ("heisst", "wohnzimmer"),
        ("Wohnzimmerlampe", "wohnzimmer"),
        ("客厅", "灯"),
        ("灯", "灯"),
        ("take screenshots", "screen"),
        ("screen shot", "screen"),
        ("wi-fi", "screen"),
        ("wifi", "screen"),
    ],
)
def test_tolerant_match(index: Index, query: str, key: str) -> None:
    """A match tolerates plural, case, accents, typos, compounds and scripts."""
    assert _best(index, query) == key


@pytest.mark.parametrize("query", ["", " ", "xylophone", "???", "\0", "qq"])
def test_no_match(index: Index, query: str) -> None:
    """A query with words of no document has no hits."""
    assert index.search(query) == []


def test_ranking_by_share_of_query(index: Index) -> None:
    """One word is enough for a match; a larger share of the query ranks first."""
    hits = index.search("green tea that Anna drinks")
    assert [hit.key for hit in hits] == ["tea", "coffee"]
    assert hits[0].score > hits[1].score > 0


def test_unknown_words(index: Index) -> None:
    """A word in no document does not affect the weight of others."""
    assert _best(index, "zzyzx coffee") == "coffee"


def test_stop_words(index: Index) -> None:
    """Stop words match only if the query has no other words."""
    assert _best(index, "what is the thing with the dog") == "dog"
    assert index.search("is the")


def test_hint_raises_score(index: Index) -> None:
    """A hint raises the score of documents and excludes none."""
    assert _best(index, "drinks") == "coffee"
    assert [hit.key for hit in index.search("drinks", "tea")] == ["tea", "coffee"]
    assert [hit.key for hit in index.search("", "dog")] == ["dog"]


def test_weights() -> None:
    """Documents rank by the weight of the matching field, heading or not."""
    for heading in ([], ["name"]):
        index = Index({"name": 4.0, "text": 1.0}, heading)
        index.put_all(
            [
                ("text", {"text": "garden"}),
                ("name", {"name": "garden"}),
                ("other", {"name": "house", "text": "roof"}),
            ]
        )
        assert [hit.key for hit in index.search("garden")] == ["name", "text"]
        index.close()


def test_long_texts() -> None:
    """A word scores less in a long text, but not in the heading."""
    for heading, first in (([], "short"), (["text"], "long")):
        index = Index({"text": 1.0}, heading)
        others = [f"other{number}" for number in range(HEADING_ROW * 6 - 1)]
        index.put("long", {"text": " ".join(["garden", *others])})
        index.put("short", {"text": " ".join(["garden", *others[: HEADING_ROW - 1]])})
        index.put("none", {"text": "roof"})
        assert _best(index, "garden") == first
        index.close()
        assert len(index) == 0
        assert index.search("garden") == []


def test_synonyms() -> None:
    """Synonyms match, and rank after the word itself."""
    index = Index({"text": 1.0})
    index.put_all(
        [
            ("film", {"text": "a film about Rome"}),
            ("movie", {"text": "a movie about Rome"}),
            ("book", {"text": "a book about Rome"}),
        ]
    )
    assert [hit.key for hit in index.search("movies")] == ["movie", "film"]
    index.remove("movie")
    index.remove("film")
    index.put("lamp", {"text": "a lamp from Rome"})
    assert [hit.key for hit in index.search("illuminaton")] == ["lamp"]
    index.close()


def test_replace_and_remove() -> None:
    """Documents can be replaced and removed one by one."""
    index = Index({"text": 1.0})
    index.put("a", {"text": "apples"})
    index.put("b", {"text": "pears"})
    index.put("a", {"text": "plums"})
    assert len(index) == 2
    assert _best(index, "apples") is None
    assert _best(index, "plum") == "a"
    assert _best(index, "pluums") == "a"
    index.remove("a")
    index.remove("never there")
    assert _best(index, "plums") is None
    assert _best(index, "pluums") is None
    assert len(index) == 1
    index.close()


@given(ANY, ANY)
def test_any_query(index: Index, query: str, hint: str) -> None:
    """Any text is a valid query."""
    for hit in index.search(query, hint):
        assert hit.key in DOCUMENTS
        assert hit.score > 0


@given(ANY)
def test_any_document(text: str) -> None:
    """Any text is a valid document, and its words are valid queries."""
    index = Index({"text": 1.0})
    index.put(text, {"text": text})
    for word in words(text)[:5]:
        assert word
        index.search(word)
    index.close()


@pytest.mark.parametrize(
    "query",
    ['"', "' OR 1=1 --", "NEAR(a b)", "text:dog*", "(", "AND OR NOT", "{text}: x"],
)
def test_query_syntax_is_text(index: Index, query: str) -> None:
    """Operators of a query language are treated as text."""
    index.search(query)


def test_length_limits(index: Index) -> None:
    """Queries and documents of any length are truncated."""
    assert _best(index, "dog " + "x" * 10_000_000) == "dog"
    assert _best(index, " ".join(map(str, range(100_000)))) == "dentist"
    huge = Index({"text": 1.0})
    huge.put("huge", {"text": "start " + "word " * 2_000_000})
    assert _best(huge, "start") == "huge"
    huge.close()


@given(st.sampled_from(sorted(DOCUMENTS)), st.data())
def test_spelling(index: Index, key: str, data: st.DataObject) -> None:
    """Case and separators of words do not affect the hits."""
    text = DOCUMENTS[key]
    if key == "screen":
        return
    changed = data.draw(st.sampled_from([str.upper, str.lower, str.title]))(text)
    between = data.draw(st.sampled_from([" ", "_", " - ", ", ", "\n"]))
    query = between.join(changed.split())
    assert index.search(query) == index.search(" ".join(text.lower().split()))


@given(
    st.sampled_from(["afternoon", "dentist", "screenshot", "coffee"]),
    st.integers(0, 100),
    st.sampled_from(["drop", "double", "swap", "replace"]),
)
def test_typos(index: Index, word: str, place: int, kind: str) -> None:
    """A word with one typo has the same best hit as the word."""
    at = place % (len(word) - 1)
    end = {
        "drop": word[at + 1 :],
        "double": word[at] + word[at:],
        "swap": word[at + 1] + word[at] + word[at + 2 :],
        "replace": "x" + word[at + 1 :],
    }[kind]
    assert _best(index, word[:at] + end) == _best(index, word)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("HassTurnOn", [("hass", "turn", "on")]),
        ("hass_turn_on", [("hass",), ("turn",), ("on",)]),
        ("HTTPServer", [("http", "server")]),
        ("E-Mail", [("e", "mail")]),
        ("l'été", [("l", "ete")]),
        ("ÄÖÜ Straße", [("aou",), ("strasse",)]),
        ("電気on", [("電",), ("電気",), ("気",), ("on",)]),
        ("बत्ती", [("बतत",)]),
        ("x" * 100, [("x" * MAX_WORD,)]),
    ],
)
def test_tokens(text: str, expected: list[tuple[str, ...]]) -> None:
    """Text is split into lower-case tokens without accents, in any script."""
    assert list(tokens(text)) == expected


@pytest.mark.parametrize(
    ("one", "other", "typos"),
    [
        ("", "", 0),
        ("a", "", 1),
        ("light", "ligth", 1),
        ("lamp", "lump", 1),
        ("ab", "cd", 2),
    ],
)
def test_distance(one: str, other: str, typos: int) -> None:
    """The distance counts letters inserted, deleted, replaced and swapped."""
    assert distance(one, other) == distance(other, one) == typos


def test_similar_words() -> None:
    """A typo yields the nearest, most frequent words; a short word yields none."""
    vocabulary = Vocabulary()
    vocabulary.add(["lamps", "camps", "desk", "on"])
    vocabulary.add(["camps"])
    assert vocabulary.similar("damps") == ["camps", "lamps"]
    assert vocabulary.similar("desks") == ["desk"]
    assert vocabulary.similar("dusk") == []
    assert vocabulary.similar("in") == []
    assert vocabulary.similar("summercamps") == ["camps"]
    assert vocabulary.similar("desklamps") == ["desk", "lamps"]
    vocabulary.remove(["camps", "lamps"])
    assert vocabulary.similar("damps") == ["camps"]


@pytest.mark.parametrize(
    "forms",
    [
        ("movie", "movies"),
        ("query", "queries", "querying"),
        ("create", "creates", "created", "creating"),
        ("stop", "stops", "stopped", "stopping"),
        ("list", "lists", "listed", "listing"),
        ("search", "searches", "searching"),
        ("box", "boxes"),
        ("class", "classes"),
        ("message", "messages", "messaging"),
        ("state", "states"),
        ("station", "stations"),
    ],
)
def test_inflected_forms(forms: tuple[str, ...]) -> None:
    """An inflected form of a word matches all others."""
    index = Index({"text": 1.0})
    index.put_all((form, {"text": form}) for form in forms)
    for form in forms:
        assert {hit.key for hit in index.search(form)} == set(forms)
    index.close()


def test_common_prefix_is_no_inflection() -> None:
    """Words with a common prefix are not inflected forms of each other."""
    index = Index({"text": 1.0})
    index.put_all((word, {"text": word}) for word in ("state", "station", "listen"))
    assert [hit.key for hit in index.search("station")] == ["station"]
    assert [hit.key for hit in index.search("list")] == []
    index.close()


def test_common_words() -> None:
    """A too common word matches all documents; other words decide the order."""
    index = Index({"key": 3.0, "text": 1.0}, heading=["key"])
    index.put_all(
        (str(number), {"key": f"user {number}", "text": "Likes tea"})
        for number in range(MAX_RANKED + 1)
    )
    assert len(index.search("user")) == len(index.search("users")) == MAX_RANKED + 1
    assert _best(index, "user likes 7") == "7"
    index.remove("7")
    assert len(index.search("user")) == MAX_RANKED
    index.close()


def test_heading_ignores_other_fields() -> None:
    """The score of a heading match does not depend on the length of other fields."""
    index = Index({"name": 3.0, "text": 1.0}, heading=["name"])
    index.put("long", {"name": "garden", "text": "other words about roofs " * 50})
    index.put("short", {"name": "garden", "text": "other"})
    index.put("none", {"name": "house"})
    long, short = index.search("garden")
    assert long.score == short.score
    index.close()


def test_put_all_fails_halfway() -> None:
    """If adding documents fails halfway, the ones added before are kept."""

    def broken() -> Iterator[tuple[str, dict[str, str]]]:
        """Yield one document, then fail."""
        yield "a", {"text": "apples"}
        raise ValueError("no more")

    index = Index({"text": 1.0})
    with pytest.raises(ValueError, match="no more"):
        index.put_all(broken())
    assert len(index) == 1
    index.put("b", {"text": "apples and pears"})
    assert [hit.key for hit in index.search("pears")] == ["b"]
    assert "b" in {hit.key for hit in index.search("apples")}
    index.remove("a")
    assert [hit.key for hit in index.search("apples")] == ["b"]
    index.close()


def test_stop_words_raise_score(index: Index) -> None:
    """Stop words match nothing, but raise the score of other matches."""
    assert {hit.key for hit in index.search("Anna is at Rosenweg")} == {
        "coffee",
        "dentist",
    }
    without, with_them = index.search("Rex")[0], index.search("the Rex is called")[0]
    assert with_them.key == without.key == "dog"
    assert with_them.score > without.score


def test_synonyms_of() -> None:
    """A word is not its own synonym, and inflected forms share their synonyms."""
    assert "lamp" in synonyms_of("lights")
    assert "light" not in synonyms_of("lights")
    assert synonyms_of("dimming") == synonyms_of("dim")
    assert synonyms_of("xylophone") == ()
