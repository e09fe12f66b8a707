"""Tests of the English words for those of other languages."""

from pathlib import Path

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.search.glosses import (
    FOLDER,
    Glosses,
    glosses_of,
    in_english,
)
from custom_components.openai_compatible_conversation.search.stems import LANGUAGES
from custom_components.openai_compatible_conversation.search.word_vectors import (
    word_vectors,
)
from custom_components.openai_compatible_conversation.tools.catalog import (
    Catalog,
    CatalogEntry,
)

FILES = sorted(FOLDER.glob("*.txt"))
GLOSSED = [path.stem for path in FILES]

LINES = [
    "das der die | the",
    "licht lichter | light",
    "peut peux | can",
    "être | be",
    "peut-être | maybe",
    "tas | pile",
    "t te | you",
    "as a | have",
    "rez-de-chaussée | ground floor",
    "das | that",
    "a line without a meaning",
]


@pytest.fixture(scope="module")
def glosses() -> Glosses:
    """Return a few words of two languages."""
    return Glosses("fr", LINES)


def test_files() -> None:
    """There are files for languages that can be stemmed, and not for English."""
    assert len(FILES) >= 5
    assert set(GLOSSED) <= set(LANGUAGES) - {"en"}


@pytest.mark.parametrize("path", FILES, ids=GLOSSED)
def test_lines(path: Path) -> None:
    """Each line has forms and one to three English words that have vectors, and no form twice."""
    vectors = word_vectors()
    seen: set[str] = set()
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) > 3000
    for line in lines:
        forms, separator, english = line.partition(" | ")
        assert separator, line
        assert forms == forms.lower(), line
        assert 1 <= len(english.split()) <= 3, line
        assert all(word in vectors for word in english.split()), line
        assert seen.isdisjoint(forms.split()), line
        seen.update(forms.split())


@pytest.mark.parametrize(
    ("text", "english", "known"),
    [
        ("Das Licht", ["the", "light"], 1.0),
        ("des lichtes", ["light"], 0.5),
        ("t'as", ["you", "have"], 1.0),
        ("rez-de-chaussée", ["ground", "floor"], 1.0),
        ("xyzzy", [], 0.0),
        ("", [], 0.0),
    ],
)
def test_english(glosses: Glosses, text: str, english: list[str], known: float) -> None:
    """Words are found in each form, the most usual meaning first, and compounds as such."""
    assert glosses.english(text) == (english, known)


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("mach bitte das Licht im Wohnzimmer aus", ["light", "living"]),
        ("le linge est-il sec", ["laundry", "dry"]),
        ("apri le tende in camera", ["curtain", "bedroom"]),
        ("is the light on", []),
        ("", []),
        ("客厅的灯", []),
    ],
)
def test_language(text: str, english: list[str]) -> None:
    """A text is taken for the language of which most words are known."""
    found = in_english(text, filter(None, map(glosses_of, GLOSSED)))
    assert set(english) <= set(found)
    assert bool(found) == bool(english)


@pytest.mark.parametrize("language", ["xx", "hu", "../de", "de/../de", ""])
def test_no_file(language: str) -> None:
    """There is nothing for a language without a file."""
    assert glosses_of(language) is None


def test_damaged_file(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A file that is no text is told once, and left out."""
    (tmp_path / "de.txt").write_bytes(b"licht | light\n\xff\xfe | the\n")
    assert glosses_of("de", tmp_path) is None
    assert glosses_of("de", tmp_path) is None
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert "de.txt" in record.message


DOCK = CatalogEntry(
    "lawn_mower__HassLawnMowerDock",
    None,
    "Sends a lawn mower to dock.",
    (),
    "lawn_mower",
)


@pytest.mark.parametrize(
    ("languages", "names"), [(["de-CH"], [DOCK.name]), (["fr", "hu"], []), ([], [])]
)
def test_languages_of_home(languages: list[str], names: list[str]) -> None:
    """What is meant is found in the languages of the home."""
    catalog = Catalog([DOCK], languages)
    said = "der Rasenroboter soll heim, die Gäste kommen gleich in den Garten"
    assert catalog.search(said).names == names
    catalog.close()


@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_any_text(glosses: Glosses, text: str) -> None:
    """Any text can be looked up, and at most all of it is known."""
    for found in (glosses, glosses_of("de")):
        assert found
        _, known = found.english(text)
        assert 0 <= known <= 1
