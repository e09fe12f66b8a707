"""Tests for the import rules of the package."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "custom_components/openai_compatible_conversation"
PURE = [
    *(ROOT / "budgets").glob("*.py"),
    *(ROOT / "completions").glob("*.py"),
    *(ROOT / "confirmation").glob("*.py"),
    *(ROOT / "excerpts").glob("*.py"),
    *(ROOT / "repetition").glob("*.py"),
    *(ROOT / "search").glob("*.py"),
    *(ROOT / "speech").glob("*.py"),
    *(
        path
        for name in ("words", "facts", "recall", "learning", "forgetting")
        for path in (ROOT / "memory" / name).glob("*.py")
    ),
    *(
        ROOT / "memory" / "store" / f"{name}.py"
        for name in (
            "fact_index",
            "fact_queries",
            "pending_transcripts",
            "queued_turns",
        )
    ),
    *(
        ROOT / "memory" / "extraction" / f"{name}.py"
        for name in (
            "extraction",
            "extraction_parser",
            "extraction_prompt",
            "known_facts",
            "transcript_parts",
        )
    ),
    *(ROOT / "memory" / "users" / f"{n}.py" for n in ("category_names", "fact_item")),
    ROOT / "options.py",
    *(ROOT / "cameras" / f"{n}.py" for n in ("looking_words", "picture_bounds")),
    ROOT / "flows" / "headers.py",
    ROOT / "flows" / "server_presets.py",
    *(
        ROOT / "schedule" / f"{name}.py"
        for name in (
            "later_words",
            "number_words",
            "said_time",
            "scheduled_action",
            "times",
        )
    ),
    ROOT / "session" / "context_message.py",
    ROOT / "session" / "forgetting.py",
    ROOT / "session" / "heard_messages.py",
    ROOT / "session" / "limits.py",
    ROOT / "session" / "serialization.py",
    ROOT / "session" / "session_state.py",
    ROOT / "session" / "shortening.py",
    ROOT / "session" / "speaker_texts.py",
    ROOT / "session" / "told_context.py",
    ROOT / "session" / "turn_owner.py",
    *(ROOT / "history" / f"{n}.py" for n in ("changes", "measurements", "past_words")),
    ROOT / "session" / "turns.py",
    ROOT / "session" / "user_text.py",
    ROOT / "session" / "word_gap.py",
    ROOT / "agent" / "call_search.py",
    ROOT / "agent" / "evaluation_question.py",
    ROOT / "agent" / "prompt_steps.py",
    ROOT / "agent" / "quoted_calls.py",
    ROOT / "agent" / "sent_texts.py",
    ROOT / "agent" / "structured_output.py",
    ROOT / "agent" / "turn_limit.py",
    ROOT / "agent" / "written_forms.py",
    ROOT / "tools" / "api_prompts.py",
    ROOT / "tools" / "catalog.py",
    ROOT / "tools" / "tool_order.py",
    ROOT / "tools" / "usage_ranking.py",
    ROOT / "tools" / "schema.py",
    ROOT / "tools" / "intent_words.py",
    *(
        ROOT / "tools" / f"{name}.py"
        for name in (
            "argument_keys",
            "argument_repair",
            "blank_values",
            "intent_values",
            "invented_tool",
            "meant_switching",
            "meant_words",
            "named_camera",
            "measured_entity",
            "name_similarity",
            "named_entities",
            "number_reading",
            "outcome",
            "parameter_texts",
            "query_names",
            "questions",
            "reading_target",
            "repair_notes",
            "repeated_content",
            "result_media",
            "room_words",
            "said_quantity",
            "schema_fit",
            "slot_corrections",
            "target_aim",
            "target_groups",
            "target_names",
            "target_questions",
            "target_repair",
            "target_rooms",
            "target_search",
            "target_slots",
            "targets",
            "timer_arguments",
            "unasked",
            "user_words",
            "value_repair",
        )
    ),
    ROOT / "tools" / "repeat_guard.py",
]


MEMORY = (
    {"words"},
    {"facts"},
    {"recall", "learning", "forgetting"},
    {"store"},
    {"extraction"},
    {"users"},
)
"""The packages of the memory, each of which knows only those in front of it."""


def _imports(path: Path) -> set[str]:
    """Return the modules that a file imports; relative ones start with a dot."""
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
def test_pure_module(path: Path) -> None:
    """A pure module imports neither Home Assistant nor other subpackages.

    Exceptions are the message and turn types, and the packages that are shared.
    """
    common = (
        f".{path.relative_to(ROOT).parts[0]}",
        *(".completions.messages", ".excerpts", ".repetition", ".search"),
        *(".session.turns", ".session.user_text"),
    )
    for name in _imports(path):
        assert not name.startswith(("homeassistant", "probatio"))
        assert not name.startswith(".") or name.startswith(common)


def test_sdk_is_imported_once() -> None:
    """Only the client imports the SDK, and only its public package."""
    users = {
        path.relative_to(ROOT).as_posix(): names
        for path in ROOT.rglob("*.py")
        if (names := {n for n in _imports(path) if n.split(".")[0] == "openai"})
    }
    assert users == {"completions/sdk_requests.py": {"openai"}}


def _modules() -> dict[str, Path]:
    """Return the modules of the integration by dotted name."""
    names = {}
    for path in ROOT.rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        names[".".join(("", *parts))] = path
    return names


def _imported_modules(path: Path, modules: dict[str, Path]) -> set[str]:
    """Return the integration's modules that a file imports anywhere in its code."""
    package = path.relative_to(ROOT).parent.parts
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            target = ["", *base, *(node.module or "").split(".")]
            name = ".".join(part for i, part in enumerate(target) if part or i == 0)
            found.add(name)
            found |= {f"{name}.{alias.name}" for alias in node.names}
    return found & modules.keys()


def test_no_circular_imports() -> None:
    """No module imports itself through others."""
    modules = _modules()
    imports = {name: _imported_modules(path, modules) for name, path in modules.items()}
    size = len(imports) + 1
    while len(imports) < size:
        # Drop modules without imports or importers: they are in no cycle.
        size = len(imports)
        imported = set().union(*imports.values())
        imports = {
            name: needed & imports.keys()
            for name, needed in imports.items()
            if needed & imports.keys() and name in imported
        }
    assert not imports


def test_packages_of_the_memory() -> None:
    """A package of the memory imports only those in front of it."""
    folder = ROOT / "memory"
    assert set().union(*MEMORY) == {path.parent.name for path in folder.glob("*/*.py")}
    assert [path.name for path in folder.glob("*.py")] == ["__init__.py"]
    known: set[str] = set()
    for names in MEMORY:
        for name in names:
            imported = {
                module.split(".")[2]
                for path in (folder / name).glob("*.py")
                for module in _imports(path)
                if module.startswith(".memory.")
            }
            assert imported <= known | {name}, name
        known |= names


def test_few_modules_at_the_top() -> None:
    """Modules belong to subpackages; the top level stays small."""
    assert len(list(ROOT.glob("*.py"))) <= 22
