"""Tests for which repeated calls are run."""

import pytest

from custom_components.openai_compatible_conversation.tools.repeat_guard import (
    RepeatGuard,
    Verdict,
)

CHIME = ("press", '{"name": "Chime"}')
LOCK = ("lock", "{}")


def check(
    guard: RepeatGuard, *, acts: bool = True, idempotent: bool = False
) -> Verdict:
    """Return the verdict on the chime."""
    return guard.check(CHIME, acts=acts, idempotent=idempotent)


def test_several_in_one_response() -> None:
    """Several alike in one response are meant, and all are run."""
    guard = RepeatGuard()
    guard.next_round()
    for _ in range(5):
        assert check(guard) is Verdict.RUN
        guard.succeeded(CHIME, acts=True)


def test_done_is_done() -> None:
    """A call that acted is answered first in a later round, and then run again."""
    guard = RepeatGuard()
    verdicts = []
    for _ in range(5):
        guard.next_round()
        verdicts.append(check(guard))
        if verdicts[-1] is Verdict.RUN:
            guard.succeeded(CHIME, acts=True)
    run, done = Verdict.RUN, Verdict.DONE
    assert verdicts == [run, done, run, done, run]


def test_reminded_once_a_response() -> None:
    """What comes twice in the next response was not meant by either of the two."""
    guard = RepeatGuard()
    guard.next_round()
    assert check(guard) is Verdict.RUN
    guard.succeeded(CHIME, acts=True)
    guard.next_round()
    assert [check(guard), check(guard)] == [Verdict.DONE] * 2
    guard.next_round()
    for _ in range(2):
        assert check(guard) is Verdict.RUN
        guard.succeeded(CHIME, acts=True)


@pytest.mark.parametrize(
    "arguments", ['{"name":"chime"}', '{"NAME": "CHIME"}', '{"name": " Chime  "}']
)
def test_spelled_otherwise(arguments: str) -> None:
    """Case and spaces make no other call of what is done, but of what failed."""
    other = (CHIME[0], arguments)
    guard = RepeatGuard()
    guard.next_round()
    for _ in range(2):
        guard.failed(CHIME, "a")
    assert guard.check(other, acts=True, idempotent=False) is Verdict.RUN
    guard.succeeded(other, acts=True)
    guard.next_round()
    assert check(guard) is Verdict.DONE


def test_nothing_new() -> None:
    """What only reads or is idempotent is run twice in succession, or after another."""
    for behavior in ({"acts": False}, {"idempotent": True}):
        guard = RepeatGuard()
        for expected in (Verdict.RUN, Verdict.RUN, Verdict.UNCHANGED):
            guard.next_round()
            assert check(guard, **behavior) is expected
            if expected is Verdict.RUN:
                guard.succeeded(CHIME, acts=behavior.get("acts", True))
        guard.check(LOCK, acts=True, idempotent=False)
        assert check(guard, **behavior) is Verdict.RUN


def test_failed_the_same_way() -> None:
    """What failed twice with the same error is refused, until something else acted."""
    guard = RepeatGuard()
    for error in ("a", "b", "b"):
        guard.next_round()
        assert check(guard) is Verdict.RUN
        guard.failed(CHIME, error)
    assert check(guard) is Verdict.FAILED
    guard.succeeded(LOCK, acts=False)
    assert check(guard) is Verdict.FAILED
    guard.succeeded(LOCK, acts=True)
    assert check(guard) is Verdict.RUN


def test_other_arguments() -> None:
    """Calls with other arguments are other calls."""
    guard = RepeatGuard()
    guard.next_round()
    guard.succeeded(CHIME, acts=True)
    guard.next_round()
    assert check(guard) is Verdict.DONE
    assert guard.check(LOCK, acts=True, idempotent=False) is Verdict.RUN
