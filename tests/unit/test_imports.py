"""The rooms that are pure stay pure."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "custom_components/openai_compatible_conversation"
PURE = [
    *(ROOT / "completions").glob("*.py"),
    *(ROOT / "search").glob("*.py"),
    *(ROOT / "speech").glob("*.py"),
    *(
        ROOT / "memory" / f"{name}.py"
        for name in (
            "evidence",
            "extraction",
            "fact",
            "fact_index",
            "extraction_parser",
            "normalization",
        )
    ),
    ROOT / "options.py",
    ROOT / "flows" / "server_presets.py",
    ROOT / "session" / "serialization.py",
    ROOT / "session" / "session_state.py",
    ROOT / "session" / "turns.py",
    ROOT / "agent" / "structured_output.py",
    ROOT / "tools" / "catalog.py",
    ROOT / "tools" / "usage_ranking.py",
    ROOT / "tools" / "schema.py",
    ROOT / "tools" / "intent_words.py",
]


def _imports(path: Path) -> set[str]:
    """Return the modules that a file imports, those of the integration by their path."""
    found = set()
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            prefix = "." if node.level else ""
            found.add(prefix + ".".join([*base, *(node.module or "").split(".")]))
    return found


@pytest.mark.parametrize("path", PURE, ids=lambda path: str(path.relative_to(ROOT)))
def test_pure(path: Path) -> None:
    """A pure module imports neither Home Assistant nor another room.

    What messages and turns are is common knowledge, and searching a common craft.
    """
    common = (
        f".{path.relative_to(ROOT).parts[0]}",
        *(".completions.messages", ".search", ".session.turns"),
    )
    for name in _imports(path):
        assert not name.startswith(("homeassistant", "probatio"))
        assert not name.startswith(".") or name.startswith(common)


def test_one_module_knows_the_sdk() -> None:
    """Only the client imports the SDK, and nothing private of it."""
    users = {
        path.relative_to(ROOT).as_posix(): names
        for path in ROOT.rglob("*.py")
        if (names := {n for n in _imports(path) if n.split(".")[0] == "openai"})
    }
    assert users == {"completions/client.py": {"openai"}}
