"""Tests that tools are found by what is meant, whatever words are said."""

from collections.abc import Generator
import time

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.search.closeness import Closeness
from custom_components.openai_compatible_conversation.search.fit import MAX_LEAD
from custom_components.openai_compatible_conversation.search.word_vectors import (
    WordVectors,
    word_vectors,
)
from custom_components.openai_compatible_conversation.search.words import words
from custom_components.openai_compatible_conversation.tools.catalog import (
    Catalog,
    CatalogEntry,
)

TOOLS = {
    "light_set": "Set the brightness or the color of a light.",
    "vehicle_status": "Get the state of charge and the range of the vehicle.",
    "run_speedtest": "Run a speed test of the WAN uplink.",
    "list_parcels": "List tracked parcels with carrier and status.",
    "litter_box_status": "Get the drawer level of the litter robot.",
    "get_sleep_summary": "Get the sleep stages of a night.",
}
ENTRIES = [
    CatalogEntry(name, None, description, (), "mcp")
    for name, description in TOOLS.items()
]
PARAPHRASES = {
    "it's gloomy here": "light_set",
    "is the tesla full": "vehicle_status",
    "is it slow, how fast is our line": "run_speedtest",
    "when does the courier bring my order": "list_parcels",
    "does the cat's toilet smell": "litter_box_status",
    "how restless was I in bed": "get_sleep_summary",
}

UNKNOWN = "do the wheels have enough air"
"""What is meant by words that the lexicon does not know."""
TIRES = CatalogEntry(
    "vehicle_tire_pressure", None, "Read the tire pressures.", (), "mcp"
)


@pytest.fixture(scope="module")
def closeness() -> Closeness:
    """Return the tools by their directions."""
    closeness = Closeness(word_vectors())
    for name, description in TOOLS.items():
        closeness.put(name, (name, description))
    return closeness


@pytest.fixture(scope="module")
def catalog() -> Generator[Catalog]:
    """Return a catalog of the tools."""
    catalog = Catalog(ENTRIES)
    yield catalog
    catalog.close()


@pytest.mark.parametrize("query", PARAPHRASES)
def test_paraphrase(closeness: Closeness, query: str) -> None:
    """What is meant is closest, though no word of it is said."""
    name = PARAPHRASES[query]
    assert not set(words(query)) & set(words(f"{name} {TOOLS[name]}")) - {"the", "is"}
    close = closeness.of_all(words(query))
    assert max(close, key=close.__getitem__) == name


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?!",
        "xyzzy",
        "frobnicate the gizmotron",
        "mach bitte das Licht im Wohnzimmer aus",
        "Включи свет в гостиной",
        "客厅的灯",
    ],
)
def test_unknown_words(closeness: Closeness, query: str) -> None:
    """Nothing is said of a query with unknown words, as in another language."""
    assert closeness.of_all(words(query)) == {}


def test_meaning_finds_what_no_word_does() -> None:
    """A tool is found for a sentence of which it has no word."""
    catalog = Catalog([TIRES])
    assert catalog.search(UNKNOWN).names == [TIRES.name]
    catalog.close()


def test_without_vectors() -> None:
    """Without vectors nothing is close, and words find what they are in."""
    catalog = Catalog([TIRES], vectors=WordVectors())
    assert catalog.search("tire pressures").names == [TIRES.name]
    assert not catalog.search(UNKNOWN).names
    catalog.close()


def test_tool_in_another_language() -> None:
    """A tool whose words are unknown is found by them."""
    catalog = Catalog([CatalogEntry("zimmerpflanzen_giessen", None, None, (), "mcp")])
    assert catalog.search("zimmerpflanzen giessen").names
    catalog.close()


@pytest.mark.parametrize(
    "query",
    [
        "set up the tent",
        "range of the mountains in Peru",
        "stage a play at school",
        "set the stage for the school play",
    ],
)
def test_words_with_another_meaning(catalog: Catalog, query: str) -> None:
    """A tool does not fit that shares a word, and is about something else."""
    alone = Catalog(ENTRIES, vectors=WordVectors())
    assert alone.search(query).names
    alone.close()
    assert not catalog.search(query).names


UNBLOCK = CatalogEntry(
    "unblock_network_client", None, "Unblock a client of the network.", (), "unifi"
)


@pytest.mark.parametrize(
    "query", ["unblock the kitchen sink", "come and unblock the toilet with a plunger"]
)
def test_what_no_tool_is_for(query: str) -> None:
    """A tool does not fit what is about a subject that no tool is for."""
    catalog = Catalog([UNBLOCK])
    assert not catalog.search(query).names
    assert catalog.search("unblock the tablet again").names == [UNBLOCK.name]
    catalog.close()


@pytest.mark.parametrize("query", ["roof", "haircut"])
def test_single_word(query: str) -> None:
    """A single word is about what has it, whatever else it may be about."""
    catalog = Catalog([CatalogEntry(f"get_{query}", None, None, (), "mcp")])
    assert catalog.search(query).names
    catalog.close()


@pytest.mark.parametrize("query", ["start the sauna", "sauna starting please"])
def test_named(query: str) -> None:
    """A tool is found by its name, whatever else it may be about."""
    catalog = Catalog([CatalogEntry("sauna_start", None, "A spy.", (), "mcp")])
    assert catalog.search(query).names == ["sauna_start"]
    catalog.close()


def test_subjects(closeness: Closeness) -> None:
    """A subject that no tool is for is closer than tools to what is about it."""
    for query in ("give me a haircut", "sew the button on my shirt"):
        assert _lead(closeness, query) > MAX_LEAD
    for query in PARAPHRASES:
        assert _lead(closeness, query) <= MAX_LEAD
    assert closeness.of_unserved([]) == 0
    assert Closeness(WordVectors()).of_unserved(["haircut"]) == 0


def _lead(closeness: Closeness, query: str) -> float:
    """Return how much closer a subject without a tool is to a query than the tools."""
    said = words(query)
    return closeness.of_unserved(said) - max(closeness.of_all(said).values())


def test_domain() -> None:
    """Who names a domain means its tools, whatever else it may be about."""
    unlock = CatalogEntry(
        "vehicle_unlock_doors", None, "Unlock the doors of the vehicle.", (), "vehicle"
    )
    catalog = Catalog([unlock])
    assert not catalog.search("sell the car").names
    assert catalog.search("sell the car", domain="vehicle").names == [unlock.name]
    catalog.close()


def test_huge_query(closeness: Closeness) -> None:
    """Only the beginning of a query of 100 kB is read, which takes no time."""
    begin = time.perf_counter()
    close = closeness.of_all(words("is the tesla full " * 6000))
    assert max(close, key=close.__getitem__) == "vehicle_status"
    assert time.perf_counter() - begin < 0.1


def test_cleared() -> None:
    """What was removed is not close to anything."""
    cleared = Closeness(word_vectors())
    cleared.put("light", ["light"])
    cleared.clear()
    assert cleared.of_all(["light"]) == {}


@given(st.text(st.characters(exclude_categories=())))
def test_any_text(closeness: Closeness, text: str) -> None:
    """Any text can be a query and a document, and nothing is closer than itself."""
    own = Closeness(word_vectors())
    own.put("own", [text])
    for close in (own.of_all(words(text)), closeness.of_all(words(text))):
        assert all(-1.001 <= value <= 1.001 for value in close.values())
    if found := own.of_all(words(text)):
        assert found["own"] > 0.99
