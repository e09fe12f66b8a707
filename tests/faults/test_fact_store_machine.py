"""State machine of a fact store on a disk that fails now and then."""

import asyncio
from collections.abc import Awaitable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import override

from hypothesis import settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
import pytest

from custom_components.openai_compatible_conversation.memory.facts.extracted_fact import (
    ExtractedFact,
)
from custom_components.openai_compatible_conversation.memory.facts.fact import (
    MAX_PAST,
    Category,
    Fact,
    FactError,
)
from custom_components.openai_compatible_conversation.memory.facts.said_line import (
    SaidLine,
)
from custom_components.openai_compatible_conversation.memory.store.fact_store import (
    FactStore,
)
from custom_components.openai_compatible_conversation.memory.words.normalization import (
    fold,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from .fact_files import KEY, broken, new_fact_store, stored

KEYS = st.sampled_from(["Dog", "DOG", "cat", "piano", "sledge"])
SUBJECTS = st.sampled_from(["", "Tom", "TOM", "Anna"])
# Each has two words that tell it from the others under any key.
VALUES = st.sampled_from(["red rocket", "green giant", "blue bottle", "Silver Spoon"])

pytestmark = pytest.mark.timeout(300)

type Id = tuple[str, str]


def id_of(key: str, subject: str) -> Id:
    """Return the identity of a fact in the model."""
    return fold(key), fold(subject)


def said(subject: str, key: str, value: str) -> str:
    """Return a line that states a fact."""
    return f"{subject} has a {key}, it is the {value}"


class FactStoreMachine(RuleBasedStateMachine):
    """Tells, mentions, forgets and edits facts, restarts, and has writes fail."""

    def __init__(self) -> None:
        """Start with an empty store in a new folder."""
        super().__init__()
        self.folder = TemporaryDirectory()
        storage = Path(self.folder.name, ".storage")
        storage.mkdir()
        self.file = storage / KEY
        self.runner = asyncio.Runner()
        self.hass = self.run(self._async_start())
        self.store: FactStore = new_fact_store(self.hass)
        self.run(self.store.async_load())
        self.moments = [self.now()]
        """Times at which something may have been said."""
        self.told: dict[Id, str] = {}
        """What was told last, and not mentioned otherwise since then."""
        self.touched: set[Id] = set()
        """What was forgotten or renamed."""
        self.forgotten: set[str] = set()
        """Values of forgotten facts that were not told since then."""
        self.banned: set[str] = set()
        """Those of them that no other fact had."""
        self.all_until = ""
        """When everything was forgotten."""
        self.is_written = True

    async def _async_start(self) -> HomeAssistant:
        """Return a Home Assistant without anything in it."""
        return HomeAssistant(self.folder.name)

    def run[T](self, coroutine: Awaitable[T]) -> T:
        """Run a coroutine to its end."""

        async def running() -> T:
            return await coroutine

        return self.runner.run(running())

    @override
    def teardown(self) -> None:
        """Stop Home Assistant and delete the folder."""
        self.run(self.hass.async_stop(force=True))
        self.runner.close()
        self.folder.cleanup()

    def now(self) -> str:
        """Return the time."""
        return dt_util.utcnow().isoformat()

    def write[T](self, change: Awaitable[T], fails: bool) -> T | None:
        """Make a change, of which the write may fail."""
        if not fails or not self.file.exists():
            result = self.run(change)
            self.is_written = True
            return result
        with broken(self.file):
            try:
                self.run(change)
            except HomeAssistantError:
                self.is_written = False
        return None

    def fact(self, key: str, subject: str) -> Fact | None:
        """Return a fact of the store."""
        wanted = id_of(key, subject)
        found = [f for f in self.store.facts if id_of(f.key, f.subject) == wanted]
        assert len(found) <= 1
        return found[0] if found else None

    def values(self) -> set[str]:
        """Return the values of all facts."""
        return {fold(fact.value) for fact in self.store.facts}

    @rule(key=KEYS, subject=SUBJECTS, value=VALUES, fails=st.booleans())
    def tell(self, key: str, subject: str, value: str, fails: bool) -> None:
        """Have a fact remembered."""
        old = self.fact(key, subject)
        self.write(
            self.store.async_learn("family_members", key, value, subject=subject),
            fails,
        )
        self.check_told(old, key, subject, value)

    def check_told(self, old: Fact | None, key: str, subject: str, value: str) -> None:
        """Check a fact that was told, and update the model."""
        new = self.fact(key, subject)
        assert new
        assert (fold(new.value), new.source) == (fold(value), "told")
        if old and fold(old.value) != fold(value):
            assert new.past[0].value == old.value
        self.told[id_of(key, subject)] = fold(value)
        self.forgotten.discard(fold(value))
        self.banned.discard(fold(value))

    @rule(
        key=KEYS,
        subject=SUBJECTS,
        value=VALUES,
        moment=st.integers(0, 99),
        fails=st.booleans(),
    )
    def mention(
        self, key: str, subject: str, value: str, moment: int, fails: bool
    ) -> None:
        """Extract a fact from what was said now or before."""
        is_new = moment >= len(self.moments)
        at = self.now() if is_new else self.moments[moment]
        line = SaidLine(said(subject, key, value), subject, "chat", at)
        self.write(self.store.async_enqueue([[line]]), fails=False)
        before = self.fact(key, subject)
        self.extract(key, subject, value, at, fails=fails)
        found = self.fact(key, subject)
        if at <= self.all_until:
            assert found == before
        if is_new:
            fact_id = id_of(key, subject)
            if fold(value) not in self.forgotten and fact_id not in self.touched:
                assert found
                assert fold(found.value) == fold(value)
            if found and fold(found.value) == fold(value):
                self.told.pop(fact_id, None)

    def extract(
        self, key: str, subject: str, value: str, at: str, *, fails: bool
    ) -> None:
        """Extract a fact from the last transcript."""
        category = Category.FAMILY_MEMBERS
        item = ExtractedFact(category, key, value, subject, said_at=at)
        self.write(
            self.store.async_extracted(self.store.pending[-1], [item]),
            fails,
        )

    @rule(key=KEYS, subject=SUBJECTS, value=VALUES)
    def say_without_extraction(self, key: str, subject: str, value: str) -> None:
        """Say something that waits to be extracted."""
        line = SaidLine(said(subject, key, value), subject, "chat", self.now())
        self.write(self.store.async_enqueue([[line]]), fails=False)

    @rule(key=KEYS, subject=SUBJECTS, fails=st.booleans())
    def forget(self, key: str, subject: str, fails: bool) -> None:
        """Forget a fact in the middle of an extraction of it."""
        fact = self.fact(key, subject)
        asked = self.store.pending
        answer = [
            ExtractedFact(
                Category.FAMILY_MEMBERS,
                other,
                fact.value if fact else "green giant",
                said_at=self.now(),
            )
            for other in ("Dog", key)
        ]
        existed = self.write(
            self.store.async_forget("family_members", key, subject), fails
        )
        assert existed in {None, fact is not None}
        self.touched.add(id_of(key, subject))
        self.told.pop(id_of(key, subject), None)
        if fact is None:
            return
        gone = {fold(fact.value), *(fold(past.value) for past in fact.past)}
        self.forgotten |= gone
        self.banned |= gone - self.values()
        for pending in asked:
            current = self.store.transcript(pending.id)
            if current is None or current.lines != pending.lines:
                self.run(self.store.async_extracted(pending, answer))
        lines = [fold(line.text) for p in self.store.pending for line in p.lines]
        assert not [line for line in lines if fold(fact.value) in line]

    @rule(fails=st.booleans())
    def forget_everything(self, fails: bool) -> None:
        """Forget everything."""
        asked = self.store.pending
        self.moments.append(self.now())
        self.write(self.store.async_forget_everything(), fails)
        self.all_until = self.now()
        assert not self.store.facts
        assert not self.store.pending
        for pending in asked:
            item = ExtractedFact(Category.FAMILY_MEMBERS, "cat", "red rocket")
            self.run(self.store.async_extracted(pending, [item]))
        self.told.clear()

    @rule(key=KEYS, subject=SUBJECTS, new=KEYS, value=VALUES, fails=st.booleans())
    def edit(self, key: str, subject: str, new: str, value: str, fails: bool) -> None:
        """Change a fact in the list."""
        if (old := self.fact(key, subject)) is None:
            return
        before = self.store.facts
        is_renamed = id_of(new, subject) != id_of(key, subject)
        other = self.fact(new, subject) if is_renamed else None
        change = self.store.async_change(old, "family_members", new, value)
        if other:
            with pytest.raises(FactError, match="another fact"):
                self.write(change, fails)
            assert self.store.facts == before
            return
        self.write(change, fails)
        if is_renamed:
            assert self.fact(key, subject) is None
            self.touched.add(id_of(key, subject))
            self.told.pop(id_of(key, subject), None)
        assert len(self.store.facts) == len(before)
        self.check_told(old, new, subject, value)

    @precondition(lambda self: self.store.facts)
    @rule()
    def move_house(self) -> None:
        """Export all facts, and import them again."""
        facts = self.store.facts
        data = self.store.export()
        self.write(self.store.async_import(data), fails=False)
        assert self.store.facts == facts
        self.forgotten -= self.values()

    @precondition(lambda self: self.is_written)
    @rule()
    def restart(self) -> None:
        """Restart Home Assistant."""
        before = self.store.facts, self.store.pending
        self.store = new_fact_store(self.hass)
        self.run(self.store.async_load())
        assert (self.store.facts, self.store.pending) == before

    @rule()
    def later(self) -> None:
        """Let some time pass."""
        self.moments.append(self.now())

    @invariant()
    def nothing_told_is_lost(self) -> None:
        """Check that what was told is there, until it is changed or forgotten."""
        found = {id_of(f.key, f.subject): fold(f.value) for f in self.store.facts}
        assert self.told.items() <= found.items()

    @invariant()
    def nothing_forgotten_returns(self) -> None:
        """Check that what was forgotten is under no key, until it is told anew."""
        assert not self.banned & self.values()
        if self.is_written and self.file.exists():
            on_disk = {fold(fact["value"]) for fact in stored(self.file)["facts"]}
            assert on_disk == self.values()

    @invariant()
    def past_is_past(self) -> None:
        """Check that former values are few, each one once, and none true now."""
        for fact in self.store.facts:
            past = [fold(value.value) for value in fact.past]
            assert len(past) == len({*past, fold(fact.value)}) - 1 <= MAX_PAST
            until = [value.until for value in fact.past]
            assert until == sorted(until, reverse=True)


def test_fact_store_machine() -> None:
    """Nothing told is lost, and nothing forgotten returns, in any order of events."""
    run_state_machine_as_test(
        FactStoreMachine, settings=settings(max_examples=20, stateful_step_count=30)
    )
