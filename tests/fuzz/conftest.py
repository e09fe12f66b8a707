"""Summary of the fuzz tests."""

import pytest

from .budget import tried


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Write the number of examples of each test."""
    for name, count in tried.items():
        terminalreporter.write_line(f"fuzz: {count} examples of {name}")
