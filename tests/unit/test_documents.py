"""Tests that translations, documentation and metadata match the code."""

import ast
from collections.abc import Iterator
from dataclasses import fields
import json
from pathlib import Path
import re
from string import Formatter
from typing import Any

import pytest

from custom_components.openai_compatible_conversation.options import Options
import homeassistant
from homeassistant.util.yaml import parse_yaml

ROOT = Path(__file__).parents[2]
HERE = ROOT / "custom_components/openai_compatible_conversation"
CODE = sorted(HERE.rglob("*.py"))
LANGUAGES = sorted((HERE / "translations").glob("*.json"))
DOCUMENTS = [*ROOT.glob("*.md"), *sorted((ROOT / "docs").rglob("*.md"))]
MODEL_RULES = Path(homeassistant.__file__).parent.joinpath(
    "components", "anthropic", "quality_scale.yaml"
)
"""Quality scale of a core integration, for the names of the rules."""

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
MARKUP = re.compile(r"<[a-z/][^>]*>|https?://")


def _json(path: Path) -> Any:
    """Return the content of a JSON file."""
    return json.loads(path.read_text())


def _yaml(path: Path) -> Any:
    """Return the content of a YAML file."""
    return parse_yaml(path.read_text())


ENGLISH: dict[str, Any] = _json(HERE / "translations/en.json")
SERVICES: dict[str, Any] = _yaml(HERE / "services.yaml")
ICONS: dict[str, Any] = _json(HERE / "icons.json")
README = (ROOT / "README.md").read_text()


def _texts(tree: dict[str, Any], path: str = "") -> dict[str, str]:
    """Return the texts of a translation by dotted path."""
    texts: dict[str, str] = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            texts |= _texts(value, f"{path}{key}.")
        else:
            texts[f"{path}{key}"] = value
    return texts


def _placeholders(text: str) -> set[str]:
    """Return the names of the placeholders in a text."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _nodes[NodeT: ast.AST](kind: type[NodeT], *files: Path) -> Iterator[NodeT]:
    """Yield the syntax nodes of a type in the given files, or in all modules."""
    for path in files or CODE:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, kind):
                yield node


def _call_name(node: ast.Call) -> str:
    """Return the name of the called function or class."""
    match node.func:
        case ast.Name(name) | ast.Attribute(attr=name):
            return name
    return ""


def _pattern(node: ast.expr) -> str | None:
    """Return a pattern for the values of a string or an f-string."""
    match node:
        case ast.Constant(str(text)):
            return re.escape(text)
        case ast.JoinedStr(parts):
            return "".join(_pattern(part) or "[a-z_]+" for part in parts)
    return None


def _first_arguments(name: str, *files: Path) -> set[str]:
    """Return patterns for the first arguments of all calls of a function."""
    return {
        pattern
        for node in _nodes(ast.Call, *files)
        if _call_name(node) == name
        and node.args
        and (pattern := _pattern(node.args[0])) is not None
    }


def _translation_keys(*files: Path, raised: bool) -> set[str]:
    """Return patterns for the translation keys in calls; only errors pass the domain."""
    keys = set()
    for node in _nodes(ast.Call, *files):
        named = {keyword.arg: keyword.value for keyword in node.keywords}
        key = named.get("translation_key")
        if key and raised is ("translation_domain" in named):
            keys.add(_pattern(key) or "")
    return keys - {""}


def _assigned(name: str, *files: Path) -> set[str]:
    """Return the strings that are assigned to a name or class attribute."""
    values = [
        *(n.value for n in _nodes(ast.Assign, *files) if _is_named(n.targets[0], name)),
        *(n.value for n in _nodes(ast.AnnAssign, *files) if _is_named(n.target, name)),
    ]
    return {
        value.value
        for value in values
        if isinstance(value, ast.Constant) and isinstance(value.value, str)
    }


def _is_named(target: ast.expr, name: str) -> bool:
    """Return whether the target of an assignment has the name."""
    return isinstance(target, ast.Name) and target.id == name


def _assert_same_keys(patterns: set[str], keys: set[str]) -> None:
    """Fail if a used key is missing or an existing one is unused."""
    missing = {p for p in patterns if not any(re.fullmatch(p, k) for k in keys)}
    unused = {k for k in keys if not any(re.fullmatch(p, k) for p in patterns)}
    assert not missing
    assert not unused


@pytest.mark.parametrize("path", LANGUAGES, ids=lambda path: path.stem)
def test_translation(path: Path) -> None:
    texts, english = _texts(_json(path)), _texts(ENGLISH)
    assert not english.keys() - texts.keys(), "not translated"
    assert not texts.keys() - english.keys(), "not in English"
    for key, text in texts.items():
        assert _placeholders(text) == _placeholders(english[key]), key
        assert text == text.strip(), key
        assert text, key
        assert not MARKUP.search(text), key


@pytest.mark.parametrize("path", LANGUAGES, ids=lambda path: path.stem)
def test_translation_has_order_of_english(path: Path) -> None:
    assert list(_texts(_json(path))) == list(_texts(ENGLISH))


def test_languages() -> None:
    assert {path.stem for path in LANGUAGES} == {"de", "en", "es", "fr", "nl"}


def _option_texts(kind: str) -> dict[str, str]:
    """Return the labels (data) or descriptions (data_description) of all options."""
    step = ENGLISH["options"]["step"]["init"]
    texts: dict[str, str] = dict(step[kind])
    for section in step["sections"].values():
        texts |= section[kind]
    return texts


def test_options_have_labels_and_descriptions() -> None:
    names = {field.name for field in fields(Options)}
    assert _option_texts("data").keys() == names
    assert _option_texts("data_description").keys() == names


@pytest.mark.parametrize("path", LANGUAGES, ids=lambda path: path.stem)
def test_timeout_names_the_option(path: Path) -> None:
    texts = _json(path)
    sections = texts["options"]["step"]["init"]["sections"]
    label = sections["model"]["data"]["patience"]
    assert label in texts["exceptions"]["timeout"]["message"]


def test_options_are_in_the_readme() -> None:
    table = README.partition("| Option |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| (.+?) \|", table, re.MULTILINE)
    names = {name for row in rows for name in row.split(", ")}
    labels = set(_option_texts("data").values())

    def matches(name: str, label: str) -> bool:
        """Return whether a label starts with the whole words of a name in the table."""
        return f"{label} ".startswith(f"{name} ")

    assert not {n for n in names if not any(matches(n, label) for label in labels)}
    assert not {label for label in labels if not any(matches(n, label) for n in names)}


@pytest.mark.parametrize("step", ENGLISH["config"]["step"])
def test_config_flow_fields_have_descriptions(step: str) -> None:
    texts = ENGLISH["config"]["step"][step]
    assert texts["data"].keys() == texts["data_description"].keys()


def test_actions() -> None:
    texts = ENGLISH["services"]
    assert SERVICES.keys() == texts.keys() == ICONS["services"].keys()
    for name, action in SERVICES.items():
        assert texts[name].keys() >= {"name", "description"}
        assert action["fields"].keys() == texts[name]["fields"].keys()
        for described in texts[name]["fields"].values():
            assert described.keys() == {"name", "description"}


def test_actions_are_documented() -> None:
    text = (ROOT / "docs/actions.md").read_text()
    domain = re.escape(HERE.name)
    sections = re.findall(
        rf"^`{domain}\.(\w+)`(.*?)(?=^## )", text, re.MULTILINE | re.DOTALL
    )
    assert [name for name, _ in sections] == list(SERVICES)
    for name, section in sections:
        rows = re.findall(r"^\| `(\w+)` \| (yes|no) \|", section, re.MULTILINE)
        fields = SERVICES[name]["fields"].items()
        assert rows == [(f, "yes" if d.get("required") else "no") for f, d in fields]
        assert "The response" in section


def test_select_options_of_actions_have_translations() -> None:
    for action in SERVICES.values():
        for field in action["fields"].values():
            if select := field["selector"].get("select"):
                texts = ENGLISH["selector"][select["translation_key"]]["options"]
                assert list(texts) == select["options"]


def test_exceptions() -> None:
    used = _translation_keys(raised=True)
    used |= _assigned("key", HERE / "completions/errors.py")
    used |= _assigned("key", HERE / "memory/extraction/extraction.py")
    used |= {f"fact_{key}" for key in _first_arguments("FactError")}
    used |= _first_arguments("AttachmentError")
    _assert_same_keys(used, set(ENGLISH["exceptions"]))


def test_issues() -> None:
    _assert_same_keys(
        _first_arguments("_create", HERE / "issues.py"), set(ENGLISH["issues"])
    )


@pytest.mark.parametrize("platform", ENGLISH["entity"])
def test_entities(platform: str) -> None:
    path = HERE / f"{platform}.py"
    used = _translation_keys(path, raised=False) | _first_arguments("_total", path)
    used |= _assigned("_attr_translation_key", path)
    _assert_same_keys(used, set(ENGLISH["entity"][platform]))


def test_entities_have_icons() -> None:
    names = {(p, key) for p, texts in ENGLISH["entity"].items() for key in texts}
    assert {(p, key) for p, icons in ICONS["entity"].items() for key in icons} == names


def test_quality_scale() -> None:
    path = HERE / "quality_scale.yaml"
    rules: dict[str, Any] = _yaml(path)["rules"]
    assert rules.keys() == _yaml(MODEL_RULES)["rules"].keys()
    names = re.findall(r"^  ([a-z-]+):", path.read_text(), re.MULTILINE)
    assert sorted(names) == sorted(rules)
    for name, rule in rules.items():
        if rule != "done":
            assert rule["status"] in ("done", "exempt", "todo"), name
            assert rule["comment"].strip(), name


@pytest.mark.parametrize("name", sorted(ENGLISH["entity"].keys() | {"conversation"}))
def test_platforms_define_parallel_updates(name: str) -> None:
    targets = [n.targets[0] for n in _nodes(ast.Assign, HERE / f"{name}.py")]
    assert any(_is_named(target, "PARALLEL_UPDATES") for target in targets)


def test_exceptions_have_translations() -> None:
    translatable = {
        *("HomeAssistantError", "ServiceValidationError"),
        *("ConfigEntryNotReady", "ConfigEntryAuthFailed", "ConfigEntryError"),
    }
    found = [call for call in _nodes(ast.Call) if _call_name(call) in translatable]
    assert found
    for call in found:
        assert any(k.arg == "translation_key" for k in call.keywords), ast.unparse(call)


def _anchors(path: Path) -> set[str]:
    """Return the anchors of the headings of a document."""
    headings = HEADING.findall(path.read_text())
    return {
        re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-")
        for heading in headings
    }


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_have_targets(path: Path) -> None:
    for link in LINK.findall(path.read_text()):
        target, _, anchor = link.partition("#")
        if "://" in target or target.startswith("mailto:"):
            continue
        target_path = path.parent / target if target else path
        assert target_path.exists(), link
        if anchor:
            assert anchor in _anchors(target_path), link


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_examples_are_valid(path: Path) -> None:
    for kind, text in re.findall(
        r"```(json|yaml)\n(.*?)```", path.read_text(), re.DOTALL
    ):
        (json.loads if kind == "json" else parse_yaml)(text)


def test_all_pictures_are_used() -> None:
    shown = {
        path.parent.joinpath(link).resolve()
        for path in DOCUMENTS
        for link in LINK.findall(path.read_text())
    }
    assert shown >= set((ROOT / "docs/images").iterdir())


def test_all_server_pages_are_listed() -> None:
    pages = {path.name for path in (ROOT / "docs/servers").glob("*.md")}
    listed = {
        name
        for name in LINK.findall((ROOT / "docs/servers/README.md").read_text())
        if "/" not in name
    }
    assert pages == listed | {"README.md"}


def test_manifest() -> None:
    manifest: dict[str, Any] = _json(HERE / "manifest.json")
    assert list(manifest) == [
        "domain",
        "name",
        *sorted(manifest.keys() - {"domain", "name"}),
    ]
    assert manifest["domain"] == HERE.name
    assert re.fullmatch(r"\d+\.\d+\.\d+", manifest["version"])
    assert manifest.keys() >= {
        *("codeowners", "config_flow", "documentation", "integration_type"),
        *("iot_class", "issue_tracker", "requirements"),
    }


def test_changelog_has_the_version() -> None:
    version = _json(HERE / "manifest.json")["version"]
    assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text()


def test_hacs() -> None:
    hacs: dict[str, Any] = _json(ROOT / "hacs.json")
    assert hacs.keys() <= {
        *("content_in_root", "country", "filename", "hacs", "hide_default_branch"),
        *("homeassistant", "name", "persistent_directory", "render_readme"),
        "zip_release",
    }
    assert hacs["name"] == _json(HERE / "manifest.json")["name"]
    oldest = next(
        line
        for line in (ROOT / "script/versions").read_text().splitlines()
        if not line.startswith("#")
    )
    assert hacs["homeassistant"] == oldest
    # HACS would look for a file of a release, and finds none before the first one.
    assert not hacs.get("zip_release")
    assert "filename" not in hacs


@pytest.mark.parametrize("dark", ["", "dark_"])
@pytest.mark.parametrize(("suffix", "height"), [("", 256), ("@2x", 512)])
@pytest.mark.parametrize("kind", ["icon", "logo"])
def test_brand_images(kind: str, suffix: str, height: int, dark: str) -> None:
    content = (HERE / "brand" / f"{dark}{kind}{suffix}.png").read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    # Width and height are the first two numbers of the IHDR chunk
    width = int.from_bytes(content[16:20])
    assert int.from_bytes(content[20:24]) == height
    assert width == height if kind == "icon" else width > 2 * height
