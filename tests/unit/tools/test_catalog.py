"""Tests of the tool catalog: search, and suggestions for unknown names."""

from collections.abc import Generator

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.tools.catalog import (
    Catalog,
    CatalogEntry,
    SearchResult,
)
from custom_components.openai_compatible_conversation.tools.parameter_texts import (
    parameter_texts,
)


def _entry(
    name: str,
    title: str,
    description: str,
    domain: str,
    words: str = "",
    *parameters: str,
) -> CatalogEntry:
    """Return a catalog entry."""
    return CatalogEntry(name, title, description, parameters, domain, words)


ENTRIES = [
    _entry(
        "intent__HassTurnOn",
        "Turn on",
        "Turns on/opens/presses a device or entity",
        "intent",
        "turn on the light lamp",
        "domain",
    ),
    _entry(
        "intent__HassTurnOff",
        "Turn off",
        "Turns off/closes a device or entity",
        "intent",
        "turn off the light lamp",
        "domain",
    ),
    _entry(
        "light__HassLightSet",
        "Set light",
        "Sets the brightness percentage or color of a light",
        "light",
        "",
        "brightness between 0 and 100",
    ),
    _entry(
        "media_player__HassSetVolume",
        "Set volume",
        "Sets the volume percentage of a media player",
        "media_player",
    ),
    _entry("llm__GetDateTime", "Get date and time", "Provides the time.", "llm"),
    CatalogEntry("list_issues", None, None, (), "mcp"),
]
NAMES = {entry.name for entry in ENTRIES}
ANY = st.text(st.characters(exclude_categories=()))


@pytest.fixture(scope="module")
def catalog() -> Generator[Catalog]:
    """Return a catalog with a few tools."""
    catalog = Catalog(ENTRIES)
    yield catalog
    catalog.close()


@pytest.mark.parametrize(
    ("query", "domain", "name"),
    [
        ("turn on a light", None, "intent__HassTurnOn"),
        ("turn on lights", "light", "intent__HassTurnOn"),
        ("switch the lamps off", "light", "intent__HassTurnOff"),
        ("dim", None, "light__HassLightSet"),
        ("brigthnes", None, "light__HassLightSet"),
        ("HassLightSet", None, "light__HassLightSet"),
        ("hass_light_set", None, "light__HassLightSet"),
        ("how loud is it", "media players", "media_player__HassSetVolume"),
        ("datetime", None, "llm__GetDateTime"),
        ("bug tickets", None, "list_issues"),
        ("issue", "no such domain", "list_issues"),
    ],
)
def test_search(catalog: Catalog, query: str, domain: str | None, name: str) -> None:
    """The matching tool comes first, also if another domain is requested."""
    found = catalog.search(query, domain)
    assert found.names[0] == name
    assert found.domains == []


def test_domain_ranks_higher(catalog: Catalog) -> None:
    """Of two matches, the one of the requested domain comes first; both are found."""
    for domain, first in (
        ("light", "light__HassLightSet"),
        ("Lights", "light__HassLightSet"),
        ("media_player", "media_player__HassSetVolume"),
        ("Media Player", "media_player__HassSetVolume"),
    ):
        names = catalog.search("set percentage", domain).names
        assert names[0] == first
        assert {"light__HassLightSet", "media_player__HassSetVolume"} <= set(names)


@pytest.mark.parametrize("query", ["", " ", "?!"])
def test_domain_without_query(catalog: Catalog, query: str) -> None:
    """A domain without a query lists its tools, up to the limit."""
    assert catalog.search(query, "intent") == SearchResult(
        ["intent__HassTurnOn", "intent__HassTurnOff"]
    )
    assert catalog.search(query, "intents", 1) == SearchResult(
        ["intent__HassTurnOn"], 1
    )


@pytest.mark.parametrize(
    ("query", "domain"),
    [("", None), ("", ""), (" ", " "), ("xylophone", None), ("", "xylophone")],
)
def test_no_match(catalog: Catalog, query: str, domain: str | None) -> None:
    """Without a match, all domains are returned."""
    assert catalog.search(query, domain) == SearchResult(
        [], 0, ["intent", "light", "llm", "mcp", "media_player"]
    )


def test_further_matches(catalog: Catalog) -> None:
    """Matches beyond the limit are counted."""
    found = catalog.search("turn light", limit=1)
    assert len(found.names) == 1
    assert found.more >= 1
    assert catalog.search("turn light").more == 0


@pytest.mark.parametrize("end", [". ", ":\n", "\n", " word" * 100 + " "])
def test_first_sentence(end: str) -> None:
    """The first sentence of a description has more weight than the rest."""
    later = CatalogEntry(
        "later", None, f"Paints a fence{end}Not for a roof.", (), "mcp"
    )
    first = CatalogEntry(
        "first", None, f"Paints a roof{end}Not for a fence.", (), "mcp"
    )
    catalog = Catalog([later, first])
    assert catalog.search("roof").names == ["first", "later"]
    assert catalog.search("fence").names == ["later", "first"]
    catalog.close()


def test_empty() -> None:
    """An empty catalog finds nothing."""
    catalog = Catalog([])
    assert catalog.search("light", "light") == SearchResult([])
    assert catalog.nearest("light") == []
    catalog.close()


def test_same_name() -> None:
    """Of two tools with the same name, one is found, once."""
    catalog = Catalog([ENTRIES[2], ENTRIES[2]])
    assert catalog.search("light") == SearchResult(["light__HassLightSet"])
    catalog.close()


@given(ANY, st.none() | ANY, st.integers(1, 8))
def test_any_query(
    catalog: Catalog, query: str, domain: str | None, limit: int
) -> None:
    """A query may be any text."""
    found = catalog.search(query, domain, limit)
    assert set(found.names) <= NAMES
    assert len(found.names) == len(set(found.names)) <= limit
    assert bool(found.names) != bool(found.domains)


@given(
    st.sampled_from(["turn on lights", "set the volume", "date and time"]),
    st.sampled_from([str.upper, str.title, str.lower]),
    st.sampled_from(["_", " ", "  ", ", "]),
)
def test_spelling(catalog: Catalog, query: str, case: object, separator: str) -> None:
    """Case and separators make no difference to the result."""
    assert callable(case)
    changed = separator.join(case(query).split())
    assert catalog.search(changed) == catalog.search(query)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("HassTurnOn", "intent__HassTurnOn"),
        ("hass_turn_on", "intent__HassTurnOn"),
        ("TurnOff", "intent__HassTurnOff"),
        ("HassTurnOnn", "intent__HassTurnOn"),
        ("TurnOnLight", "intent__HassTurnOn"),
        ("light__HassTurnOn", "intent__HassTurnOn"),
        ("set_light", "light__HassLightSet"),
        ("GetDateTime", "llm__GetDateTime"),
        ("ListIssue", "list_issues"),
    ],
)
def test_nearest(catalog: Catalog, name: str, nearest: str) -> None:
    """An unknown name yields the most similar tool first."""
    assert catalog.nearest(name)[0] == nearest


@pytest.mark.parametrize("name", ["", "__", "xyzzy", "42"])
def test_nearest_without_match(catalog: Catalog, name: str) -> None:
    """A name without similar tools yields no suggestion."""
    assert catalog.nearest(name) == []


@given(ANY)
def test_any_name(catalog: Catalog, name: str) -> None:
    """A name may be any text."""
    assert len(catalog.nearest(name, 2)) <= 2


@pytest.mark.parametrize(
    ("schema", "texts"),
    [
        (
            {
                "properties": {
                    "color": {"type": "string", "description": "Its color"},
                    "mode": {"enum": ["auto", 1]},
                    "classes": {"type": "array", "items": {"enum": ["door"]}},
                    "any": True,
                }
            },
            ("color Its color", "mode auto 1", "classes door", "any"),
        ),
        ({}, ()),
        (None, ()),
        ("text", ()),
        ({"properties": []}, ()),
        ({"properties": {"a": {"description": 1, "enum": 2, "items": 3}}}, ("a",)),
    ],
)
def test_parameters(schema: object, texts: tuple[str, ...]) -> None:
    """Names, descriptions and values are extracted, also from an invalid schema."""
    assert parameter_texts(schema) == texts
