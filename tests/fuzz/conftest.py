"""What is said of fuzzing at the end."""

import pytest

from .budget import tried


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many examples were tried."""
    for name, count in tried.items():
        terminalreporter.write_line(f"fuzz: {count} examples of {name}")
