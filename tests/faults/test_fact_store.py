"""Tests of the fact store on a real disk: told, corrected, forgotten, restarted."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
import json
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.openai_compatible_conversation.memory.facts.extracted_fact import (
    ExtractedFact,
)
from custom_components.openai_compatible_conversation.memory.facts.fact import (
    MAX_FACTS,
    Category,
    Fact,
    FactError,
    Origin,
)
from custom_components.openai_compatible_conversation.memory.facts.said_line import (
    SaidLine,
)
from custom_components.openai_compatible_conversation.memory.store.fact_file import (
    MINOR_VERSION,
)
from custom_components.openai_compatible_conversation.memory.store.fact_store import (
    FactStore,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from .fact_files import KEY, broken, restarted, stored

CAT = ("family_members", "cat", "Amy")
TEA = ("preferences", "tea", "green")
LINE = "By the way, our cat is called Amy"

RELEASED = b"""{
  "version": 1,
  "minor_version": 1,
  "key": "openai_compatible_conversation.house",
  "data": {
    "facts": [
      {
        "category": "family_members",
        "key": "cat",
        "value": "Amy",
        "source": "told",
        "created_at": "2026-03-01T08:00:00.000001+00:00",
        "updated_at": "2026-03-02T08:00:00.000001+00:00"
      }
    ],
    "pending": [
      {
        "id": "01M5B0Z4N3V7B3H5Q7XG1R2S3T",
        "lines": [
          "I like green tea"
        ],
        "attempts": 1
      }
    ]
  }
}"""
"""A file as the release before wrote it."""


@pytest.fixture
async def fact_store(
    disk_hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> FactStore:
    """Return a loaded fact store with a fact, a minute ago."""
    store = await restarted(disk_hass)
    await store.async_learn(*CAT, origin=Origin("Tom", "voice", LINE))
    freezer.tick(60)
    return store


def now(**delta: float) -> str:
    """Return the time some time from now."""
    return (dt_util.utcnow() + timedelta(**delta)).isoformat()


def extracted(
    category: str, key: str, value: str, at: str = "", quote: str = ""
) -> ExtractedFact:
    """Return a fact as it is extracted from a line that was said at a time."""
    return ExtractedFact(Category(category), key, value, quote=quote, said_at=at)


async def extract(store: FactStore, *facts: ExtractedFact) -> None:
    """Extract facts from a transcript of one line."""
    await store.async_enqueue([[SaidLine("Something was said")]])
    await store.async_extracted(store.pending[-1], facts)


def values(store: FactStore) -> dict[str, str]:
    """Return the values of facts by key."""
    return {fact.key: fact.value for fact in store.facts}


def content(file: Path) -> bytes:
    """Return what is in a file."""
    return file.read_bytes()


def write(file: Path, data: bytes) -> None:
    """Write a file."""
    file.write_bytes(data)


def files(folder: Path) -> list[str]:
    """Return the names of the files in a folder."""
    return sorted(path.name for path in folder.iterdir())


def write_file(file: Path, data: object, minor_version: int = MINOR_VERSION) -> None:
    """Write a file of the memory."""
    document = {"version": 1, "minor_version": minor_version, "key": KEY, "data": data}
    write(file, json.dumps(document).encode())


# The file


async def test_file_of_the_release_before(disk_hass: HomeAssistant, file: Path) -> None:
    """A file of minor version 1 is read as it is, and written with the next change."""
    write(file, RELEASED)
    store = await restarted(disk_hass)
    (fact,) = store.facts
    assert fact == Fact(
        Category.FAMILY_MEMBERS,
        "cat",
        "Amy",
        "told",
        "2026-03-01T08:00:00.000001+00:00",
        "2026-03-02T08:00:00.000001+00:00",
    )
    assert [line.text for line in store.pending[0].lines] == ["I like green tea"]
    assert content(file) == RELEASED
    assert not list(file.parent.glob("*.*.*"))
    await store.async_learn(*TEA, subject="Tom", origin=Origin("Tom", "chat", "tea"))
    document = json.loads(content(file))
    assert (document["version"], document["minor_version"]) == (1, MINOR_VERSION)
    released = json.loads(RELEASED)["data"]
    assert document["data"]["facts"][0] == released["facts"][0]
    assert document["data"]["pending"] == released["pending"]
    assert (
        document["data"]["facts"][1].items()
        >= {
            "subject": "Tom",
            "told_by": "Tom",
            "channel": "chat",
            "quote": "tea",
        }.items()
    )
    assert (await restarted(disk_hass)).facts == store.facts


async def test_file_of_a_newer_minor_version(
    disk_hass: HomeAssistant, file: Path
) -> None:
    """A file of a newer minor version is read, and stays until something changes."""
    fact = {**json.loads(RELEASED)["data"]["facts"][0], "mood": "happy"}
    write_file(file, {"facts": [fact], "moods": []}, minor_version=9)
    before = content(file)
    store = await restarted(disk_hass)
    assert values(store) == {"cat": "Amy"}
    assert content(file) == before
    await store.async_learn(*TEA)
    assert [fact["key"] for fact in stored(file)["facts"]] == ["cat", "tea"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("subject", [7]),
        ("subject", "x" * 101),
        ("told_by", ["Tom"]),
        ("channel", "smoke"),
        ("channel", ["voice"]),
        ("quote", {"a": 1}),
        ("past", "Berlin"),
        ("past", [7, {"value": "Minka"}, {"value": [], "until": "2026-03-01"}]),
        ("past", [{"value": "Minka", "until": "soon"}]),
    ],
)
async def test_damaged_field(
    disk_hass: HomeAssistant, file: Path, name: str, value: object
) -> None:
    """An invalid optional field is lost, and the fact is not."""
    fact = json.loads(RELEASED)["data"]["facts"][0]
    others = {
        "subject": "Tom",
        "told_by": "Anna",
        "channel": "voice",
        "quote": LINE,
        "past": [{"value": "Minka", "until": "2026-03-01T08:00:00+00:00"}],
    }
    write_file(file, {"facts": [{**fact, **others, name: value}]})
    store = await restarted(disk_hass)
    (item,) = store.export()["facts"]
    assert item == {**fact, **{k: v for k, v in others.items() if k != name}}
    assert not list(file.parent.glob("*.damaged.*"))


# Corrections


async def test_said_later_corrects_what_was_told(
    disk_hass: HomeAssistant, fact_store: FactStore
) -> None:
    """What is said after a fact was told corrects it, and keeps what was told."""
    cat = CAT[:2]
    await extract(fact_store, extracted(*cat, "Bob", now(minutes=-2)))
    await extract(fact_store, extracted(*cat, "Bob"))
    assert values(fact_store) == {"cat": "Amy"}
    said_at = now(seconds=-1)
    await extract(fact_store, extracted(*cat, "Bob", said_at, quote="no, Bob"))
    (fact,) = (await restarted(disk_hass)).facts
    assert (fact.value, fact.source, fact.updated_at) == ("Bob", "extracted", said_at)
    assert [(past.value, past.until) for past in fact.past] == [("Amy", said_at)]
    assert fact.quote == "no, Bob"


@pytest.mark.parametrize("key", ["cat", "name of the cat"])
async def test_corrected_does_not_come_back(fact_store: FactStore, key: str) -> None:
    """What was said before a correction is not learned beside it."""
    (old,) = fact_store.facts
    said_before = now(seconds=-1)
    await fact_store.async_change(old, *CAT[:2], "Amie")
    await extract(fact_store, extracted(CAT[0], key, "Amy", said_before))
    assert values(fact_store) == {"cat": "Amie"}


# Forgetting


@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize(
    "again",
    [CAT, ("family_members", "Katze", "Amy"), ("preferences", "the cat's name", "Amy")],
)
@pytest.mark.parametrize("seconds", [-1, 3600])
async def test_forgotten_stays_forgotten(
    disk_hass: HomeAssistant,
    fact_store: FactStore,
    restart: bool,
    again: tuple[str, str, str],
    seconds: int,
) -> None:
    """A forgotten fact is not extracted again until it is told, also after restarts."""
    assert await fact_store.async_forget("family_members", "CAT")
    assert not await fact_store.async_forget("family_members", "cat")
    store = await restarted(disk_hass) if restart else fact_store
    await extract(store, extracted(*again, now(seconds=seconds)))
    assert not store.facts
    await store.async_learn(*again)
    store = await restarted(disk_hass) if restart else store
    (fact,) = store.facts
    await store.async_forget_facts([fact])
    await store.async_learn(*CAT)
    assert values(await restarted(disk_hass)) == {"cat": "Amy"}


async def test_past_is_forgotten(disk_hass: HomeAssistant, file: Path) -> None:
    """Nothing of a forgotten fact stays on disk, neither its past nor what was said."""
    store = await restarted(disk_hass)
    for value in ("Minka", "Amy"):
        await store.async_learn(*CAT[:2], value, origin=Origin("Tom", "voice", LINE))
    lines = [LINE, "Our cat was called Minka before", "I like tea"]
    await store.async_enqueue([list(map(SaidLine, lines)), [SaidLine(LINE)]])
    assert await store.async_forget_facts(store.facts) == 1
    text = content(file).decode()
    assert not [word for word in ("Amy", "Minka", "cat", "Tom") if word in text]
    (pending,) = stored(file)["pending"]
    assert pending["lines"] == ["I like tea"]
    await extract(store, extracted(*CAT[:2], "Minka", now(hours=1)))
    assert not store.facts


async def test_forgetting_what_is_not_known(fact_store: FactStore) -> None:
    """What waits to be learned can be forgotten as well."""
    await fact_store.async_enqueue([[SaidLine("I bought a present for Tom")]])
    assert not await fact_store.async_forget("preferences", "present")
    assert not fact_store.pending
    present = ("preferences", "present", "a bike")
    await extract(fact_store, extracted(*present, now(seconds=-1)))
    assert values(fact_store) == {"cat": "Amy"}
    await fact_store.async_learn(*present)
    assert values(fact_store) == {"cat": "Amy", "present": "a bike"}


@pytest.mark.parametrize("forget", ["fact", "everything"])
async def test_forgetting_while_it_is_extracted(
    disk_hass: HomeAssistant, fact_store: FactStore, forget: str
) -> None:
    """An answer to what has been forgotten meanwhile is not taken."""
    at = now()
    lines = [SaidLine("Our cat is Amy", at=at), SaidLine("I like green tea", at=at)]
    await fact_store.async_enqueue([lines])
    (asked,) = fact_store.pending
    answer = [extracted(*CAT, at), extracted("locations", "Amy", "in the garden", at)]
    if forget == "fact":
        await fact_store.async_forget(*CAT[:2])
    else:
        assert await fact_store.async_forget_everything() == 1
    await fact_store.async_extracted(asked, answer)
    store = await restarted(disk_hass)
    assert not store.facts
    left = [line.text for pending in store.pending for line in pending.lines]
    assert left == (["I like green tea"] if forget == "fact" else [])


async def test_forget_everything(
    disk_hass: HomeAssistant,
    fact_store: FactStore,
    file: Path,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Facts and lines go; nothing said before is learned, and what is said since is."""
    said_before = now()
    await fact_store.async_learn(*TEA, subject="Tom")
    await fact_store.async_enqueue([[SaidLine("Our cat is Amy"), SaidLine("Hello")]])
    lines: list[str] = []
    fact_store.async_listen_forgotten(_recording(lines, "Hello", "anything"))
    kept = ["", ".session.1", ".tools", ".tools.damaged.1f"]
    gone = [".damaged.1f", ".corrupt.2026", ".session.newer.1f", ".session.1.damaged.1"]
    for end in [*kept[1:], *gone]:
        write(file.with_name(f"{KEY}{end}"), b"words")
    assert await fact_store.async_forget_everything() == 2
    assert lines == ["Hello", "anything"]
    assert files(file.parent) == [f"{KEY}{end}" for end in kept]
    assert not fact_store.query(None, "green tea")[0]
    data = stored(file)
    assert (data["facts"], data["pending"]) == ([], [])
    store = await restarted(disk_hass)
    await extract(store, extracted(*CAT, said_before))
    assert not store.facts
    freezer.tick(1)
    await extract(store, extracted(*CAT, now()))
    assert values(await restarted(disk_hass)) == {"cat": "Amy"}


def _recording(
    found: list[str], *lines: str
) -> Callable[[Callable[[str], bool]], Awaitable[None]]:
    """Return a listener that records which of some lines are forgotten."""

    async def saved() -> None:
        """Save nothing."""

    def listener(stands_for: Callable[[str], bool]) -> Awaitable[None]:
        found.extend(line for line in lines if stands_for(line))
        return saved()

    return listener


async def test_listeners(fact_store: FactStore, file: Path) -> None:
    """Listeners learn which lines are forgotten before that is on disk."""
    lines: list[str] = []
    on_disk = []

    def listener(stands_for: Callable[[str], bool]) -> Awaitable[None]:
        on_disk.append(len(stored(file)["facts"]))
        return _recording(lines, "Hello", LINE)(stands_for)

    remove = fact_store.async_listen_forgotten(listener)
    await fact_store.async_forget(*CAT[:2])
    assert (lines, on_disk) == ([LINE], [1])
    remove()
    await fact_store.async_learn(*CAT)
    await fact_store.async_forget(*CAT[:2])
    assert on_disk == [1]


async def test_delete_pending(fact_store: FactStore, file: Path) -> None:
    """When learning is turned off, what waits goes and the facts stay."""
    await fact_store.async_enqueue([[SaidLine("I like green tea", at=now())]])
    (asked,) = fact_store.pending
    await fact_store.async_delete_pending()
    await fact_store.async_extracted(asked, [extracted(*TEA, now())])
    data = stored(file)
    assert [fact["key"] for fact in data["facts"]] == ["cat"]
    assert not data["pending"]


# Changes in the list


async def test_rename_onto_another_fact(fact_store: FactStore, file: Path) -> None:
    """A rename onto the key of another fact is refused, and destroys nothing."""
    tea = await fact_store.async_learn(*TEA)
    before = content(file)
    with pytest.raises(FactError) as caught:
        await fact_store.async_change(tea, "family_members", "CAT", "green")
    assert caught.value.key == "key_taken"
    assert content(file) == before
    assert values(fact_store) == {"cat": "Amy", "tea": "green"}
    whose = await fact_store.async_change(tea, *CAT[:2], "green", subject="Tom")
    assert (whose.subject, len(fact_store.facts)) == ("Tom", 2)


async def test_rename_in_place(
    disk_hass: HomeAssistant, fact_store: FactStore, freezer: FrozenDateTimeFactory
) -> None:
    """A renamed fact keeps its place, times, past and words; its old key is gone."""
    await fact_store.async_learn(*CAT[:2], "Amie", origin=Origin("Tom", "chat", LINE))
    await fact_store.async_learn(*TEA)
    said_before = now()
    freezer.tick(60)
    old = fact_store.facts[0]
    await fact_store.async_change(old, "family_members", "Katze", "Amie")
    store = await restarted(disk_hass)
    new = store.facts[0]
    assert (new.key, new.value, new.quote, new.past) == (
        "Katze",
        "Amie",
        LINE,
        old.past,
    )
    assert (new.created_at, new.updated_at) == (old.created_at, old.updated_at)
    assert [fact.key for fact in store.query(None, "Katze")[0]] == ["Katze"]
    await extract(store, extracted(*CAT[:2], "Amie", said_before))
    assert values(store) == {"Katze": "Amie", "tea": "green"}
    # The user sees how it is written.
    await store.async_change(new, "family_members", "KATZE", "amie")
    assert store.facts[0].key == "KATZE"
    assert store.facts[0].past == new.past


async def test_rename_with_a_full_memory(disk_hass: HomeAssistant, file: Path) -> None:
    """With a full memory a rename works, and changes no other fact."""
    fact = json.loads(RELEASED)["data"]["facts"][0]
    facts = [{**fact, "key": f"key {number}"} for number in range(MAX_FACTS)]
    write_file(file, {"facts": facts})
    store = await restarted(disk_hass)
    before = values(store)
    old = store.facts[7]
    await store.async_change(old, "routines", "another key", "Bob")
    del before["key 7"]
    assert values(store) == {**before, "another key": "Bob"}
    assert store.facts[7].key == "another key"
    await store.async_change(store.facts[7], "routines", "another key", "Eve")
    assert store.facts[7].value == "Eve"


async def test_change_of_what_was_forgotten(fact_store: FactStore) -> None:
    """A change of a fact that was forgotten meanwhile is what a user wants."""
    (old,) = fact_store.facts
    await fact_store.async_forget_facts([old])
    await fact_store.async_change(old, *CAT[:2], "Bob")
    assert values(fact_store) == {"cat": "Bob"}


# Subjects


async def test_forget_without_a_subject(fact_store: FactStore) -> None:
    """Without a subject the household's fact is meant, or the only one."""
    for subject in ("Tom", "Anna"):
        await fact_store.async_learn(*TEA, subject=subject)
    assert not await fact_store.async_forget(*TEA[:2])
    assert await fact_store.async_forget(*TEA[:2], "anna")
    assert await fact_store.async_forget(*TEA[:2])
    with pytest.raises(FactError) as caught:
        await fact_store.async_learn(*TEA, subject="x" * 101)
    assert caught.value.key == "bad_subject"
    assert values(fact_store) == {"cat": "Amy"}


async def test_secrets(disk_hass: HomeAssistant) -> None:
    """A secret is kept from whom it is about, and not told to nobody in particular."""
    store = await restarted(disk_hass)
    words = "I bought Tom a bike, don't tell him"
    origin = Origin("Anna", "voice", words)
    await store.async_learn(
        "preferences", "present", "a bike", subject="Tom", origin=origin
    )
    for speaker, told in (("Tom", 0), ("Anna", 1), ("", 0), (None, 0)):
        assert len(store.recall("Which bike?", 5, speaker=speaker)) == told
    for speaker, told in (("Tom", 0), ("Anna", 1), (None, 1)):
        assert len(store.query(None, "bike", speaker=speaker)[0]) == told
        assert len(store.candidates("the bike", speaker=speaker)) == told


async def test_candidates(fact_store: FactStore) -> None:
    """A user may mean a fact by its words, or by those that it comes from."""
    await fact_store.async_learn(
        *("preferences", "present", "a red bike"),
        origin=Origin("Anna", "chat", "I hid something for Tom in the cellar"),
    )
    for words, keys in (
        ("what I said about the present", ["present"]),
        ("the thing in the cellar", ["present"]),
        ("the cat", ["cat"]),
        ("the cat and the bike", ["cat", "present"]),
        ("the weather", []),
        ("", []),
    ):
        found = fact_store.candidates(words)
        assert sorted(fact.key for fact in found) == sorted(keys)
    assert len(fact_store.candidates("the cat and the bike", 1)) == 1
    known = fact_store.known_keys(["There is something in the cellar", "Bye"])
    assert [fact.key for fact in known] == ["present", "cat"]
    assert len(fact_store.known_keys(["the cat"], 1)) == 1


# Export and import


async def test_export_and_import(
    disk_hass: HomeAssistant, fact_store: FactStore, file: Path
) -> None:
    """What is exported is the same elsewhere, and on disk when the import returns."""
    await fact_store.async_learn(*CAT[:2], "Amie", subject="Tom")
    await fact_store.async_learn(*TEA)
    before = fact_store.facts
    data = json.loads(json.dumps(fact_store.export()))
    await fact_store.async_forget_everything()
    assert await fact_store.async_import({**data, "facts": [*data["facts"], 7]}) == (
        3,
        1,
    )
    assert stored(file)["facts"] == data["facts"]
    store = await restarted(disk_hass)
    assert store.facts == before
    assert [fact.key for fact in store.query(None, "green")[0]] == ["tea"]
    assert await store.async_import(data["facts"]) == (3, 0)
    assert store.facts == before


async def test_import_merges(
    fact_store: FactStore, freezer: FrozenDateTimeFactory
) -> None:
    """Of a fact that is known already the newer value holds, and the other is past."""
    (exported,) = fact_store.export()["facts"]
    await fact_store.async_learn(*CAT[:2], "Bob")
    await fact_store.async_forget(*TEA[:2])
    tea = dict(zip(("category", "key", "value"), TEA, strict=True))
    assert await fact_store.async_import([exported, tea]) == (2, 0)
    assert values(fact_store) == {"cat": "Bob", "tea": "green"}
    assert [past.value for past in fact_store.facts[0].past] == ["Amy"]
    # It was told anew.
    await fact_store.async_forget_facts(fact_store.facts)
    await fact_store.async_import([tea])
    freezer.tick(1)
    await extract(fact_store, extracted(TEA[0], "best tea", "green", now()))
    assert values(fact_store) == {"tea": "green", "best tea": "green"}


@pytest.mark.parametrize(
    "data", [None, 7, "facts", {}, {"facts": "all"}, [None] * (MAX_FACTS + 1)]
)
async def test_bad_import(fact_store: FactStore, file: Path, data: Any) -> None:
    """What is no export, or too long, is refused and changes nothing."""
    before = content(file)
    with pytest.raises(FactError) as caught:
        await fact_store.async_import(data)
    assert caught.value.key == "bad_import"
    assert content(file) == before


async def test_import_into_a_full_memory(disk_hass: HomeAssistant, file: Path) -> None:
    """What does not fit in is refused, and known facts are updated."""
    fact = json.loads(RELEASED)["data"]["facts"][0]
    facts = [{**fact, "key": f"key {number}"} for number in range(MAX_FACTS - 1)]
    write_file(file, {"facts": facts})
    store = await restarted(disk_hass)
    new = {**facts[0], "value": "Bob", "updated_at": now()}
    more = [{**fact, "key": "one"}, {**fact, "key": "two"}]
    assert await store.async_import([new, *more]) == (2, 1)
    assert (len(store.facts), store.facts[0].value) == (MAX_FACTS, "Bob")


# Faults


async def _learn(store: FactStore) -> object:
    return await store.async_learn(*TEA)


async def _change(store: FactStore) -> object:
    return await store.async_change(store.facts[0], "routines", "tea", "at four")


async def _forget(store: FactStore) -> object:
    return await store.async_forget(*CAT[:2])


async def _forget_facts(store: FactStore) -> object:
    return await store.async_forget_facts(store.facts)


async def _forget_everything(store: FactStore) -> object:
    return await store.async_forget_everything()


async def _import(store: FactStore) -> object:
    return await store.async_import([dict(zip("abc", TEA, strict=True)), TEA_ITEM])


async def _extract(store: FactStore) -> None:
    await store.async_extracted(store.pending[0], [extracted(*TEA, now())])


async def _delete_pending(store: FactStore) -> None:
    await store.async_delete_pending()


TEA_ITEM = dict(zip(("category", "key", "value"), TEA, strict=True))
CHANGES: list[Callable[[FactStore], Awaitable[object]]] = [
    *(_learn, _change, _forget, _forget_facts, _forget_everything, _import, _extract),
    _delete_pending,
]


@pytest.mark.parametrize("change", CHANGES)
async def test_failed_write(
    disk_hass: HomeAssistant,
    fact_store: FactStore,
    file: Path,
    change: Callable[[FactStore], Awaitable[object]],
) -> None:
    """The caller gets the error, nothing is lost, and the next write has the change."""
    await fact_store.async_enqueue([[SaidLine("I like green tea", at=now())]])
    before = stored(file)
    with broken(file), pytest.raises(HomeAssistantError, match="memory_not_written"):
        await change(fact_store)
    assert stored(file) == before
    await fact_store.async_learn("routines", "bins", "on Monday")
    after = await restarted(disk_hass)
    assert after.facts == fact_store.facts
    assert after.pending == fact_store.pending
    assert stored(file)["facts"] != before["facts"]
    if change in {_forget, _forget_facts, _forget_everything}:
        await extract(after, extracted(*CAT, now(minutes=-2)))
        assert "cat" not in values(after)
    elif change is not _change:
        assert values(after)["cat"] == "Amy"


@pytest.mark.parametrize("change", CHANGES)
async def test_cancelled_caller(
    disk_hass: HomeAssistant,
    fact_store: FactStore,
    file: Path,
    change: Callable[[FactStore], Awaitable[object]],
) -> None:
    """A caller that is cancelled does not keep a change from the disk."""
    await fact_store.async_enqueue([[SaidLine("I like green tea", at=now())]])
    before = stored(file)
    state = fact_store.facts, fact_store.pending
    task = asyncio.ensure_future(change(fact_store))
    while (fact_store.facts, fact_store.pending) == state:  # noqa: ASYNC110
        await asyncio.sleep(0)
    task.cancel()
    await disk_hass.async_block_till_done()
    assert stored(file) != before
    after = await restarted(disk_hass)
    assert (after.facts, after.pending) == (fact_store.facts, fact_store.pending)


async def test_changes_at_once(disk_hass: HomeAssistant, fact_store: FactStore) -> None:
    """What several rooms tell and forget at the same time is all on disk."""
    changes = [
        *(fact_store.async_learn("routines", f"r{n}", f"at {n}") for n in range(20)),
        fact_store.async_forget(*CAT[:2]),
        *(fact_store.async_forget("routines", f"r{n}") for n in range(0, 20, 2)),
        fact_store.async_learn(*TEA),
        fact_store.async_enqueue([[SaidLine("Our cat is Amy")]]),
    ]
    await asyncio.gather(*changes)
    store = await restarted(disk_hass)
    assert store.facts == fact_store.facts
    assert values(store) == {
        **{f"r{n}": f"at {n}" for n in range(1, 20, 2)},
        "tea": "green",
    }
