"""Tests of pure modules, which need nothing of Home Assistant's test plugin."""

from inspect import iscoroutinefunction
from pathlib import Path

import pytest

FIXTURES = frozenset(
    {
        "configure_event_loop",
        "disable_http_server",
        "enable_event_loop_debug",
        "expected_lingering_tasks",
        "expected_lingering_timers",
        "fail_on_log_exception",
        "reset_globals",
        "skip_stop_scripts",
        "verify_cleanup",
        "wait_for_stop_scripts_after_shutdown",
    }
)
"""Fixtures that set up and check an event loop, and Home Assistant in it."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Omit these fixtures where there is no loop: they take longer than most tests."""
    for item in items:
        if (
            isinstance(item, pytest.Function)
            and Path(__file__).parent in item.path.parents
            and not iscoroutinefunction(item.function)
        ):
            item.fixturenames = [n for n in item.fixturenames if n not in FIXTURES]
