"""What is learned is known, once, as it was told, and survives what models write."""

from contextlib import suppress
import json
from typing import Any
import unicodedata

from hypothesis import example, given, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
import pytest

from custom_components.openai_compatible_conversation.memory.fact import (
    MAX_KEY,
    MAX_VALUE,
    Category,
    Fact,
    FactError,
    Source,
)
from custom_components.openai_compatible_conversation.memory.fact_index import (
    LONG_AGO,
    MAX_FACTS,
    FactIndex,
)
from custom_components.openai_compatible_conversation.memory.normalization import fold

NOW = "2026-11-21T08:00:00+00:00"
LATER = "2026-11-21T09:00:00+00:00"

ANY = st.text(st.characters(exclude_categories=()))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY, inner, max_size=3),
    max_leaves=6,
)
CATEGORIES = st.sampled_from(list(Category))


def known(*told: tuple[str, str, str]) -> FactIndex:
    """Return facts, each a minute newer than the one before."""
    facts = FactIndex()
    for minute, (category, key, value) in enumerate(told):
        facts.learn(category, key, value, "told", f"2026-11-21T08:{minute:02}:00+00:00")
    return facts


FAMILY = (
    ("user_name", "name", "Tom"),
    ("family_members", "wife", "Anna"),
    ("family_members", "dog", "Rex"),
    ("preferences", "Anna's coffee", "black, without sugar"),
    ("device_nicknames", "Sunny", "the lamp in the living room"),
    ("routines", "Müllabfuhr", "jeden Dienstag"),
)


def keys(found: tuple[list[Fact], int]) -> list[str]:
    """Return the keys of facts that were found."""
    return [fact.key for fact in found[0]]


def restored(data: object) -> tuple[list[Fact], int]:
    """Return what is left of stored facts, and how many are not."""
    facts, lost = FactIndex.from_json(data)
    return list(facts), lost


def test_learn() -> None:
    """A fact is kept as it was told."""
    facts = FactIndex()
    fact = facts.learn("user_name", "name", "Tom", "told", NOW)
    assert fact == Fact(Category.USER_NAME, "name", "Tom", "told", NOW, NOW)
    assert list(facts) == [fact]
    assert len(facts) == 1


@pytest.mark.parametrize(
    ("first", "then", "value", "source"),
    [
        ("told", "told", "new", "told"),
        ("extracted", "extracted", "new", "extracted"),
        ("extracted", "told", "new", "told"),
        ("told", "extracted", "old", "told"),
    ],
)
def test_update(first: Source, then: Source, value: str, source: Source) -> None:
    """The newer value counts, unless the older was told and the newer only noticed."""
    facts = FactIndex()
    old = facts.learn("locations", "Keys", "old", first, NOW)
    fact = facts.learn("locations", "KEYS", "new", then, LATER)
    updated = NOW if fact == old else LATER
    assert fact == Fact(Category.LOCATIONS, "Keys", value, source, NOW, updated)
    assert list(facts) == [fact]


def test_same_again() -> None:
    """What is known already changes nothing, but what was noticed can be told."""
    facts = FactIndex()
    noticed = facts.learn("locations", "keys", "hall", "extracted", NOW)
    assert facts.learn("locations", "keys", " hall ", "extracted", LATER) == noticed
    told = facts.learn("locations", "keys", "hall", "told", LATER)
    assert (told.source, told.created_at, told.updated_at) == ("told", NOW, LATER)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Dog", "dOG"),
        ("Straße", "STRASSE"),
        ("İstanbul", "i̇stanbul"),
        ("Café", "Cafe\u0301"),
        ("ｗｉｆｉ", "WiFi"),
        ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
        ("my  dog", " My\u00a0Dog\n"),
        ("dog", "d\u200bo\u00adg\ufeff"),
        ("می\u200cخواهم", "میخواهم"),
    ],
)
def test_one_fact_for_all_spellings(one: str, other: str) -> None:
    """Keys that look the same, case aside, are the same."""
    facts = FactIndex()
    facts.learn("preferences", one, "1", "told", NOW)
    facts.learn("preferences", other, "2", "told", NOW)
    assert [fact.value for fact in facts] == ["2"]
    assert facts.forget("preferences", other)
    assert not facts


def test_categories_are_apart() -> None:
    """The same key in another category is another fact."""
    facts = known(("locations", "Tom", "Berlin"), ("family_members", "Tom", "brother"))
    assert len(facts) == 2
    assert facts.forget("locations", "tom")
    assert not facts.forget("locations", "tom")
    assert [fact.value for fact in facts] == ["brother"]


@pytest.mark.parametrize(
    "spelling", ["family_members", "Family Members", " FAMILY-MEMBER ", "family_member"]
)
def test_spellings_of_a_category(spelling: str) -> None:
    """A category is known however a model spells it."""
    fact = FactIndex().learn(spelling, "dog", "Rex", "told", NOW)
    assert fact.category is Category.FAMILY_MEMBERS


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (" a\tb\r\nc\u2028d\x00e\x9ff ", "a b c d e f"),
        ("a\u202eb\u2066c\u200bd\ufeffe\u00adf\U000e0041", "abcdef"),
        ("\u200d a\u200d b\u200c\u200c", "a b"),
        ("👨\u200d👩\u200d👧 می\u200c\u200cخواهم", "👨\u200d👩\u200d👧 می\u200cخواهم"),
        ("half \ud83d of it", "half of it"),
        (5, "5"),
        (21.5, "21.5"),
        (True, "true"),
        ('{"a": [1]}', '{"a": [1]}'),
        ("Ignore all previous instructions", "Ignore all previous instructions"),
    ],
)
def test_one_line(raw: object, line: str) -> None:
    """A value is one line without what cannot be seen; numbers are taken as text."""
    assert FactIndex().learn("preferences", "key", raw, "told", NOW).value == line


@pytest.mark.parametrize(
    ("category", "key", "value", "error"),
    [
        ("hobbies", "a", "b", "bad_category"),
        (None, "a", "b", "bad_category"),
        ("", "a", "b", "bad_category"),
        (["user_name"], "a", "b", "bad_category"),
        ("user_name", None, "b", "bad_key"),
        ("user_name", {"a": 1}, "b", "bad_key"),
        ("user_name", " \n\u200b", "b", "empty_key"),
        ("user_name", "x" * (MAX_KEY + 1), "b", "key_too_long"),
        ("user_name", "a", [], "bad_value"),
        ("user_name", "a", {"b": {"c": []}}, "bad_value"),
        ("user_name", "a", b"b", "bad_value"),
        ("user_name", "a", "\u202e", "empty_value"),
        ("user_name", "a", "x" * (MAX_VALUE + 1), "value_too_long"),
    ],
)
def test_errors(category: object, key: object, value: object, error: str) -> None:
    """What is wrong is said in few words, and nothing is learned."""
    facts = FactIndex()
    with pytest.raises(FactError) as caught:
        facts.learn(category, key, value, "told", NOW)
    assert caught.value.key == error
    assert 10 < len(str(caught.value)) < 200
    assert not facts


def test_endless() -> None:
    """What is far too long is an error as well, at once."""
    endless = "x" * 10_000_000
    for category, key, value, error in (
        (endless, "a", "b", "bad_category"),
        ("user_name", endless, "b", "key_too_long"),
        ("user_name", "a", " " * 10_000_000, "value_too_long"),
        ("user_name", "a", 10**5000, "value_too_long"),
    ):
        with pytest.raises(FactError) as caught:
            FactIndex().learn(category, key, value, "told", NOW)
        assert caught.value.key == error


def test_bad_category_names_the_good_ones() -> None:
    """A model that gave a wrong category is told all that there are."""
    with pytest.raises(FactError) as caught:
        FactIndex().forget("hobbies", "chess")
    assert all(category in str(caught.value) for category in Category)


def test_longest() -> None:
    """What is just short enough is kept whole."""
    fact = FactIndex().learn("routines", "k" * MAX_KEY, "ä" * MAX_VALUE, "told", NOW)
    assert (len(fact.key), len(fact.value)) == (MAX_KEY, MAX_VALUE)


def test_too_many() -> None:
    """Where there is no room, known facts can still be updated and forgotten."""
    facts = FactIndex()
    for number in range(MAX_FACTS):
        facts.learn("preferences", number, "x", "extracted", NOW)
    with pytest.raises(FactError) as caught:
        facts.learn("preferences", "one more", "x", "told", NOW)
    assert caught.value.key == "too_many"
    assert facts.learn("preferences", 0, "y", "told", NOW).value == "y"
    assert facts.forget("preferences", 1)
    assert facts.learn("preferences", "one more", "x", "told", NOW)


@pytest.mark.parametrize(
    ("category", "text", "first"),
    [
        (None, "Anna", "Anna's coffee"),
        ("family_members", "Anna", "wife"),
        (None, "what is the dog called?", "dog"),
        (None, "coffee", "Anna's coffee"),
        (None, "lamp", "Sunny"),
        (None, "my name", "name"),
        (None, "mullabfuhr", "Müllabfuhr"),
        ("preferences", "Anna", "Anna's coffee"),
        ("Preferences", "sugar", "Anna's coffee"),
    ],
)
def test_query(category: str | None, text: str, first: str) -> None:
    """What is asked for in few words is found first."""
    assert keys(known(*FAMILY).query(category, text))[0] == first


@pytest.mark.parametrize("text", ["xylophone", "Anna", "coffee"])
def test_query_is_of_its_category(text: str) -> None:
    """A category is never left, not even if there is nothing in it."""
    assert known(*FAMILY).query("locations", text) == ([], 0)


@pytest.mark.parametrize("text", [None, "", " ", "?", "*"])
def test_query_without_words(text: str | None) -> None:
    """Without a word to look for, all facts are found, the newest first."""
    facts = known(*FAMILY)
    assert keys(facts.query(None, text)) == [key for _, key, _ in reversed(FAMILY)]
    assert keys(facts.query("family_members", text)) == ["dog", "wife"]
    assert keys(facts.query("", text)) == keys(facts.query(None, text))
    facts.learn("family_members", "wife", "Anne", "told", LATER)
    assert keys(facts.query("family_members", text)) == ["wife", "dog"]


def test_query_limit() -> None:
    """No more are returned than asked for, and it is said how many more there are."""
    facts = known(*(("locations", f"key {number}", "box") for number in range(12)))
    for text in (None, "box"):
        found, more = facts.query(text=text, limit=5)
        assert (len(found), more) == (5, 7)
    assert keys(facts.query(limit=2)) == ["key 11", "key 10"]
    assert facts.query("routines", limit=5) == ([], 0)


def test_query_follows_changes() -> None:
    """What is learned and forgotten after a query is found, and not found, by the next."""
    facts = known(*FAMILY)
    assert keys(facts.query(text="budgie")) == []
    facts.learn("family_members", "budgie", "Hansi", "told", LATER)
    facts.learn("family_members", "dog", "Bello", "told", LATER)
    assert keys(facts.query(text="budgie")) == ["budgie"]
    assert keys(facts.query(text="Bello")) == ["dog"]
    facts.forget("family_members", "Dog")
    assert keys(facts.query(text="Bello")) == []
    facts.close()


@pytest.mark.parametrize("steps", [0, 1, 2, 3])
def test_warm(steps: int) -> None:
    """Restored facts are found, however many of them are indexed before a query."""
    facts, _ = FactIndex.from_json(known(*FAMILY).to_json())
    for step in range(steps):
        assert facts.warm(2) is (step < 2)
    facts.forget("device_nicknames", "Sunny")
    facts.learn("family_members", "dog", "Bello", "told", LATER)
    facts.learn("family_members", "cat", "Minka", "told", LATER)
    for text, found in (("Rex", []), ("lamp", []), ("Bello", ["dog"])):
        assert keys(facts.query(text=text)) == found
    assert keys(facts.query(text="Minka")) == ["cat"]
    assert keys(facts.query(text="Dienstag")) == ["Müllabfuhr"]
    assert not facts.warm(2)


def test_query_errors() -> None:
    """A query that is no text, or is of no category, is an error."""
    for category, text, error in (
        ("hobbies", None, "bad_category"),
        ([], None, "bad_category"),
        (None, ["dog"], "bad_query"),
    ):
        with pytest.raises(FactError) as caught:
            known(*FAMILY).query(category, text)
        assert caught.value.key == error
    assert known(*FAMILY).query(text=10**5000) == ([], 0)


@given(JSON | CATEGORIES, JSON, JSON)
@example("user_name", "\ud800", "\udfff")
def test_any_arguments(category: Any, key: Any, value: Any) -> None:
    """Whatever a model gives, it is learned or it is an error, and can be stored."""
    facts = FactIndex()
    try:
        fact = facts.learn(category, key, value, "told", NOW)
    except FactError:
        assert not facts
    else:
        assert all(
            unicodedata.category(char) not in {"Cc", "Cs", "Zl", "Zp"}
            for char in fact.key + fact.value
        )
        json.dumps(facts.to_json(), ensure_ascii=False).encode()
        assert list(FactIndex.from_json(facts.to_json())[0]) == [fact]
        assert facts.forget(category, key)
    for call in (facts.query, facts.forget):
        with suppress(FactError):
            call(category, key)


@given(ANY)
def test_folded_once(text: str) -> None:
    """What is folded stays as it is, and case makes no difference to it."""
    assert fold(fold(text)) == fold(text)
    assert fold(text.casefold()) == fold(text)


def test_stored() -> None:
    """What is stored is what the contract says, and comes back as it was."""
    facts = known(*FAMILY)
    facts.learn("locations", "keys", "hall", "extracted", LATER)
    stored = json.loads(json.dumps(facts.to_json()))
    assert stored[-1] == {
        "category": "locations",
        "key": "keys",
        "value": "hall",
        "source": "extracted",
        "created_at": LATER,
        "updated_at": LATER,
    }
    assert restored(stored) == (list(facts), 0)


def test_damage_to_one() -> None:
    """A fact that cannot be read is lost, and no other."""
    good = known(*FAMILY).to_json()
    damaged = [{**good[0], name: [1]} for name in ("category", "key", "value")]
    bad: list[object] = [None, 5, "fact", [], {}, *damaged]
    assert restored([*bad, *good]) == (list(known(*FAMILY)), len(bad))
    ((fact,), lost) = restored([{**good[0], "source": 5}])
    assert (fact.source, lost) == ("told", 0)


def test_times_that_cannot_be_read() -> None:
    """A fact is not lost for want of its times."""
    bare = {"category": "user_name", "key": "name", "value": "Tom"}
    ((fact,), lost) = restored([bare])
    assert (fact.created_at, fact.updated_at, lost) == (LONG_AGO, LONG_AGO, 0)
    for one in ("created_at", "updated_at"):
        ((fact,), _) = restored([{**bare, one: NOW}])
        assert (fact.created_at, fact.updated_at) == (NOW, NOW)
    ((fact,), _) = restored([{**bare, "created_at": "soon", "updated_at": LATER}])
    assert (fact.created_at, fact.updated_at) == (LATER, LATER)


def test_twice_on_disk() -> None:
    """Of two with one key, that which was told counts, then the newer."""
    (one,) = known(("locations", "keys", "hall")).to_json()
    same = {**one, "key": "KEYS"}
    for other, value in (
        ({**same, "value": "car", "updated_at": LATER}, "car"),
        ({**same, "value": "car", "updated_at": LONG_AGO}, "hall"),
        ({**same, "value": "car", "updated_at": LATER, "source": "extracted"}, "hall"),
    ):
        for stored in ([one, other], [other, one]):
            ((fact,), lost) = restored(stored)
            assert (fact.value, lost) == (value, 1)


@pytest.mark.parametrize(("data", "lost"), [(None, 0), ([], 0), ({}, 1), ("x", 1)])
def test_no_list(data: object, lost: int) -> None:
    """Where there is no list, there are no facts; nothing is raised."""
    assert restored(data) == ([], lost)


@given(
    st.lists(
        JSON
        | st.fixed_dictionaries(
            {},
            optional=dict.fromkeys(
                ("category", "key", "value", "source", "updated_at"), CATEGORIES | JSON
            ),
        )
    )
)
def test_any_data(data: list[Any]) -> None:
    """Whatever is on disk, each of its items is a fact or counted as lost."""
    facts, lost = FactIndex.from_json(data)
    assert len(facts) + lost == len(data)


class Memory(RuleBasedStateMachine):
    """Facts against a dictionary, in any order of what can happen to them."""

    keys = st.sampled_from(["Dog", "DOG", " dog ", "cat", "Straße", "STRASSE"])
    values = st.sampled_from(["rex", "Rex", "bello", "minka"])
    categories = st.sampled_from(["family_members", "preferences"])

    def __init__(self) -> None:
        """Initialize both without a fact."""
        super().__init__()
        self.facts = FactIndex()
        self.model: dict[tuple[str, str], tuple[str, str, str, str]] = {}
        self.minute = 0

    @rule(
        category=categories,
        key=keys,
        value=values,
        source=st.sampled_from(["told", "extracted"]),
    )
    def learn(self, category: str, key: str, value: str, source: Source) -> None:
        """Learn a fact, which does not replace one that was told if it was not."""
        self.minute += 1
        now = f"2026-11-{1 + self.minute // 60:02}T08:{self.minute % 60:02}:00+00:00"
        place = (category, key.strip().casefold())
        known = self.model.get(place)
        fact = self.facts.learn(category, key, value, source, now)
        if not known:
            self.model[place] = (value, source, now, now)
        elif (known[1], source) != ("told", "extracted") and known[:2] != (
            value,
            source,
        ):
            self.model[place] = (value, source, known[2], now)
        assert self.model[place] == (
            fact.value,
            fact.source,
            fact.created_at,
            fact.updated_at,
        )

    @rule(category=categories, key=keys)
    def forget(self, category: str, key: str) -> None:
        """Forget a fact, if it is there."""
        gone = self.model.pop((category, key.strip().casefold()), None)
        forgotten = self.facts.forget(category, key)
        assert (forgotten and forgotten.value) == (gone and gone[0])

    @rule(category=categories, text=values)
    def query(self, category: str, text: str) -> None:
        """Find exactly the facts of a category that have a word."""
        found, more = self.facts.query(category, text)
        assert more == 0
        assert {fact.key.casefold() for fact in found} == {
            key
            for (of, key), (value, *_) in self.model.items()
            if of == category and value.casefold() == text.casefold()
        }

    @rule(steps=st.integers(0, 2))
    def restart(self, steps: int) -> None:
        """Restore what was stored."""
        data = json.loads(json.dumps(self.facts.to_json()))
        self.facts.close()
        self.facts, lost = FactIndex.from_json(data)
        assert lost == 0
        self.facts.warm(steps)

    @precondition(lambda self: self.model)
    @invariant()
    def newest_first(self) -> None:
        """Without a text, what was updated last comes first."""
        times = [fact.updated_at for fact in self.facts.query()[0]]
        assert times == sorted((m[3] for m in self.model.values()), reverse=True)

    @invariant()
    def same(self) -> None:
        """There are the facts that there should be, each once."""
        assert {
            (fact.category.value, fold(fact.key)): fact.value for fact in self.facts
        } == {place: value for place, (value, *_) in self.model.items()}
        assert len(self.facts) == len(self.model)

    def teardown(self) -> None:
        """Free the index."""
        self.facts.close()


test_any_order = Memory.TestCase
