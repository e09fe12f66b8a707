"""Tests of the tasks."""

from collections import Counter

import pytest

from evaluation.inventory import EXPOSED, SATELLITES, USUAL
from evaluation.tasks import KINDS, Task, load_tasks, spread

TASKS = load_tasks()
KNOWN = {*EXPOSED, *SATELLITES.values()}

ATTRIBUTES = {
    "assist_satellite": {"timers", "paused"},
    "climate": {"state", "temperature"},
    "cover": {"state", "current_position"},
    "fan": {"state", "percentage"},
    "light": {"state", "brightness", "color_temp_kelvin", "hue", "saturation"},
    "lock": {"state"},
    "media_player": {"state", "volume_level", "is_volume_muted", "media_track"},
    "switch": {"state"},
    "todo": {"items"},
}
"""What is watched, by domain."""


def test_ids() -> None:
    repeated = [i for i, n in Counter(task.id for task in TASKS).items() if n > 1]
    assert not repeated


def test_sentences() -> None:
    repeated = [
        say for say, n in Counter(tuple(task.say) for task in TASKS).items() if n > 1
    ]
    assert not repeated
    assert all(text.strip() for task in TASKS for text in task.say)


def test_kinds() -> None:
    assert {task.kind for task in TASKS} == set(KINDS)
    english = Counter(task.kind for task in TASKS if task.language == "en")
    assert min(english[kind] for kind in KINDS) >= 4


def test_languages() -> None:
    languages = Counter(task.language for task in TASKS)
    assert languages.pop("en") >= 80
    assert len(languages) >= 4
    assert languages.total() >= 20
    assert min(languages.values()) >= 5


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.id)
def test_task(task: Task) -> None:
    """A task names only what is in the house, and can be missed."""
    for entity_id, attributes in task.expect.items():
        assert entity_id in KNOWN
        assert set(attributes) <= ATTRIBUTES[entity_id.partition(".")[0]]
    assert set(task.given) <= set(USUAL)
    assert task.room is None or task.room in SATELLITES
    assert task.kind != "room" or task.room
    assert task.kind != "timer" or task.room
    assert task.kind != "fact" or len(task.say) == 2
    changes_nothing = {"missing", "hidden", "small_talk", "fact", "state", "weather"}
    assert not (task.expect and task.kind in changes_nothing)
    assert task.expect or task.said or task.kind in changes_nothing
    if task.kind in {"state", "weather", "fact"}:
        assert task.said


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.id)
def test_house_is_not_as_expected_before(task: Task) -> None:
    """A task is not passed by doing nothing."""
    for entity_id, attributes in task.expect.items():
        before = {**USUAL.get(entity_id, {}), **task.given.get(entity_id, {})}
        assert any(before.get(name) != value for name, value in attributes.items())


def test_usual_state_names_what_is_exposed() -> None:
    assert set(USUAL) <= KNOWN


def test_unknown_field() -> None:
    with pytest.raises(TypeError, match="expects"):
        Task.of("en", {"id": "a", "kind": "on", "say": "A", "expects": {}})


def test_order() -> None:
    """English comes first, and tasks of a kind follow each other."""
    languages = [task.language for task in TASKS]
    assert languages == sorted(languages, key=lambda language: language != "en")
    english = [task.kind for task in TASKS if task.language == "en"]
    assert english == sorted(english, key=list(KINDS).index)


@pytest.mark.parametrize("limit", [0, 5, len(KINDS), len(KINDS) + 3, 1000])
def test_limit(limit: int) -> None:
    """A limit takes as many kinds as possible."""
    chosen = spread(TASKS, limit, lambda task: task.kind)
    assert len(chosen) == min(limit, len(TASKS))
    assert len({task.kind for task in chosen}) == min(limit, len(KINDS))
    assert [task for task in TASKS if task in chosen] == chosen
