"""Tests for results that are cut by what they consist of."""

import json
import re
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.openai_compatible_conversation.excerpts.excerpt import cut
from custom_components.openai_compatible_conversation.excerpts.json_values import (
    Json,
    json_text,
    to_json,
)
from homeassistant.util.yaml import dump

OMISSION = re.compile(r"… (\d+) of (\d+) (entries|rows|parts) not shown")

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=60,
).map(to_json)
"""Any JSON value."""

TEXTS = st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=60).flatmap(
    lambda parts: st.sampled_from(["", " ", ". ", "\n", "\n- ", "\n1. ", ","]).map(
        lambda separator: separator.join(parts)
    )
)


def window(number: int, state: str = "off") -> dict[str, Json]:
    """Return a window as Home Assistant tells of it."""
    return {
        "names": f"Window {number}",
        "domain": "binary_sensor",
        "state": state,
        "areas": f"Room {number // 3}",
        "attributes": {"device_class": "window"},
    }


def windows(count: int, **states: str) -> list[Json]:
    """Return windows that are closed, but for those whose number has a state."""
    return [window(n, states.get(f"n{n}", "off")) for n in range(count)]


def counted(value: object) -> tuple[int, int]:
    """Return how many of how many entries a value says to be missing."""
    found = OMISSION.search(json.dumps(value, ensure_ascii=False))
    assert found
    return int(found[1]), int(found[2])


@given(JSON, st.integers(100, 600), st.lists(st.text(max_size=8), max_size=4))
def test_limit(value: Json, limit: int, asked: list[str]) -> None:
    """What is cut is valid JSON, never longer than the limit, the same each time."""
    shown = cut(value, limit, asked)
    text = json_text(shown)
    assert len(text) <= limit
    assert json.loads(text) == shown
    assert cut(value, limit, asked) == shown
    if len(json_text(value)) <= limit:
        assert shown == value


@given(TEXTS.map(to_json), st.integers(100, 400))
def test_text_limit(text: Json, limit: int) -> None:
    """A text that is cut is never longer than the limit, and says that it is cut."""
    shown = json_text(cut({"text": text}, limit))
    assert len(shown) <= limit
    assert ("… " in shown) or len(json_text({"text": text})) <= limit


@given(
    st.lists(
        st.text(st.characters(categories=["L", "N", "Zs"]), max_size=60)
        | st.integers()
        | st.fixed_dictionaries({"state": st.sampled_from(["on", "off"])})
    ).map(to_json),
    st.integers(100, 500),
)
def test_nothing_is_lost_uncounted(entries: Any, limit: int) -> None:
    """What is shown and what is said to be missing is all that there was."""
    shown: Any = cut(entries, limit)
    if shown == entries:
        return
    *kept, marker = shown
    missing, total = counted(marker)
    assert len(kept) + missing == total == len(entries)


@given(st.integers(10, 400), st.data())
@settings(max_examples=30)
def test_the_open_one_is_kept(count: int, data: st.DataObject) -> None:
    """The one window that is open is shown, wherever it is in the list."""
    number = data.draw(st.integers(0, count - 1))
    entries = windows(count, **{f"n{number}": "on"})
    shown = cut({"success": True, "windows": entries}, 1200)
    assert f'"Window {number}"' in json_text(shown)


@pytest.mark.parametrize("state", ["on", "unavailable"])
@pytest.mark.parametrize("as_text", [False, True])
def test_differing_first(state: str, *, as_text: bool) -> None:
    """What differs is kept in a list and in a YAML text, the rest is told in a word."""
    entries = windows(121, n100=state, n117=state)
    value = f"Live Context:\n{dump(entries)}" if as_text else entries
    shown = cut({"result": to_json(value)}, 2000)
    text = json_text(shown)
    assert "Window 100" in text
    assert "Window 117" in text
    missing, total = counted(shown)
    assert total == 121
    assert missing == 121 - text.count("Window ")
    assert "all with state: off, domain: binary_sensor" in text
    assert "Live Context" in text or not as_text


@pytest.mark.parametrize(
    ("kind", "others", "odd"),
    [
        ("lock", "locked", "unlocked"),
        ("cover", "closed", "open"),
        ("light", "on", "off"),
    ],
)
def test_each_kind_has_its_usual_state(kind: str, others: str, odd: str) -> None:
    """What is usual among lights is not what is usual among locks."""
    entries: list[Any] = [
        {"name": f"{domain} {n}", "domain": domain, "state": state}
        for domain, state in (("lock", "locked"), ("cover", "closed"), ("light", "on"))
        for n in range(60)
    ]
    of_kind = [entry for entry in entries if entry["domain"] == kind]
    assert {entry["state"] for entry in of_kind} == {others}
    of_kind[41]["state"] = odd
    assert f'"{kind} 41"' in json_text(cut(entries, 800))


@pytest.mark.parametrize(
    "asked",
    [
        ["Is the window in room 33 closed?"],
        ["Ist das Fenster in Room 33 zu?"],
        ["room 33"],
    ],
)
def test_asked_first(asked: list[str]) -> None:
    """What was asked for is kept, in whichever language the rest of the words is."""
    text = json_text(cut(windows(300), 1500, asked))
    assert '"Room 33"' in text
    assert '"Room 33"' not in json_text(cut(windows(300), 1500))


@pytest.mark.parametrize(
    ("named", "asked"),
    [
        ("寝室の窓", "寝室の窓は開いていますか"),
        ("Küchenfenster", "Küche"),
        ("Кухня", "что на кухня"),
    ],
)
def test_asked_in_any_script(named: str, asked: str) -> None:
    """Words are found within others, and where they are not separated by spaces."""
    entries: list[Json] = [{"name": f"Tür {n}"} for n in range(200)]
    entries[150] = {"name": named}
    assert named in json_text(cut(entries, 500, [asked]))


def test_order_is_kept() -> None:
    """What is kept stays in its order: it may be that of time."""
    text = json_text(cut(windows(300, n90="on", n20="on"), 1500, ["Room 50"]))
    numbers = [int(n) for n in re.findall(r'"Window (\d+)"', text)]
    assert numbers == sorted(numbers)
    assert {20, 90, 150} <= set(numbers)


def test_members_are_kept() -> None:
    """An object keeps its short members, and its long ones share the room."""
    value: dict[str, Json] = {
        "error": True,
        "logs": [f"line {n}" for n in range(500)],
        "text": "word " * 500,
        "count": 3,
        "next": None,
    }
    shown: Any = cut(value, 600)
    assert list(shown) == list(value)
    assert (shown["error"], shown["count"], shown["next"]) == (True, 3, None)
    assert len(json_text(shown["logs"])) > 150
    assert len(shown["text"]) > 150


def test_named_things() -> None:
    """Of an object that is a list by name, whole entries are kept."""
    value: dict[str, Json] = {
        f"sensor.s{n}": {"unit": "W", "csv": "start,mean\n" + "9,1\n" * 20}
        for n in range(60)
    }
    shown: Any = cut(value, 900, ["sensor.s33"])
    marker = shown.pop("…")
    assert marker == f"… {60 - len(shown)} of 60 entries not shown, all with unit: W"
    assert shown == {name: value[name] for name in shown}
    assert "sensor.s33" in shown


def test_json_in_text() -> None:
    """JSON in a text, as MCP servers send it, is cut as what it is."""
    inner = json.dumps({"items": windows(121, n99="on")})
    shown: Any = cut({"content": [{"type": "text", "text": inner}]}, 2000)
    items = shown["content"][0]["text"]["items"]
    assert window(99, "on") in items
    assert counted(items)[1] == 121


def test_rows() -> None:
    """A table keeps its header and whole rows."""
    rows = [f"2026-01-{n:02},{n},21.5" for n in range(1, 400)]
    shown: Any = cut({"csv": "\n".join(["start,mean,max", *rows])}, 400)
    header, *kept, marker = shown["csv"].split("\n")
    assert header == "start,mean,max"
    assert kept == rows[: len(kept)]
    assert counted(marker) == (399 - len(kept), 399)


def test_text() -> None:
    """A long text keeps its start and the lines that were asked for, with a mark."""
    lines = [f"Paragraph {n} is about nothing." for n in range(300)]
    lines[200] = "The deductible for water damage is 300 euros."
    shown: Any = cut("\n".join(lines), 600, ["how much is the water damage deductible"])
    assert lines[0] in shown
    assert f"…\n{lines[200]}\n" in shown
    assert counted(shown)[1] == 300


@pytest.mark.parametrize(
    "value",
    [
        ["x" * 5000],
        {"a": {"b": {"c": ["y " * 5000]}}},
        {"k" * 5000: 1, "k" * 5001: 2},
        {"\x00" * 300: "\x00" * 3000},
        [[[[["z" * 50] * 50] * 10]]],
        {str(n): n for n in range(1000)},
        "- a\n" * 3 + "- " + "b" * 9000,
        "header" * 500 + "\n- a\n- b\n- c\n",
        json.dumps(json.dumps([json.dumps([1] * 900)] * 9)),
    ],
    ids=range(9),
)
def test_odd_shapes(value: object) -> None:
    """A value that has little to cut at is still cut to the limit."""
    text = json_text(cut(to_json(value), 300))
    assert len(text) <= 300
    assert "…" in text


def test_nested_text() -> None:
    """JSON in a text may be nested deeper than can be written."""
    assert cut("[" * 900 + "]" * 900, 300) == json.loads(
        "[" * 41 + '"(nested too deeply)"' + "]" * 41
    )


def test_counts_add_up() -> None:
    """What was left out before is counted with what is left out now."""
    shown: Any = cut(to_json(range(10**9)), 300)
    *kept, marker = shown
    assert kept == list(range(len(kept)))
    assert counted(marker) == (10**9 - len(kept), 10**9)
