"""Whether a tool call in the model's text only repeats what the model was given to read.

A model that reads out a list item, a mail or a page writes down whatever stands there,
also a tool call. Such a call is a quotation. It is recognized by where its words come
from, not by how it is written: the tool's name, and near it each argument's name with
its value, stand together in one of the texts that the model was sent. Case, punctuation,
markup, escapes and the order of the parts make no difference.

Decision record: docs/decisions/0010-words-are-not-commands.md.
"""

from collections.abc import Iterable, Iterator, Mapping
from html import unescape
import re
from typing import Any
import unicodedata
from urllib.parse import unquote

from ..completions.messages import (
    AssistantMessage,
    Message,
    SystemMessage,
    ToolMessage,
    UserMessage,
)

MAX_KEY_GAP = 40
"""Letters between an argument's name and its value: the tags of a markup at most."""

_OVERHEAD = 60
"""Letters of markup around a call, and again around each argument."""

_DERIVED = frozenset({"domain", "device_class"})
"""Arguments that follow from the others: a model adds or leaves them out at will."""

_ESCAPE = re.compile(r"\\+(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([nrtbf]))")
MAX_OCCURRENCES = 200
"""Places with a tool's name that are looked at; a text with more is not trusted."""

_ROUNDS = 3
"""Escapes within escapes that are resolved, such as JSON within JSON."""

_ENTITY = re.compile(r"\s*- names:")
_CALLING = r"(?:name|function|invoke|tool|call|action|recipient|to)\s*[^\w\s]\W{0,3}"

_MIN_NAME = 6
"""Letters below which a tool's name must be a word by itself: it is part of others."""


class QuotedCalls:
    """The calls that stand in a request.

    Created for one response, and prepared when the first call is looked up.
    """

    def __init__(
        self,
        messages: Iterable[Message],
        definitions: Iterable[Mapping[str, Any]] = (),
    ) -> None:
        """Initialize with the messages and function definitions that are sent."""
        self._messages = list(messages)
        self._definitions = definitions
        self._prepared: list[tuple[str, str]] | None = None

    @property
    def is_complete(self) -> bool:
        """Return whether all that was sent can be searched, which images cannot."""
        return not any(
            isinstance(message, UserMessage) and message.images
            for message in self._messages
        )

    def has(self, names: Iterable[str], arguments: Mapping[str, Any]) -> bool:
        """Return whether a text that was sent holds a call with these arguments.

        `names` are the names that the tool goes by, with or without its namespace.
        """
        if self._prepared is None:
            texts = _texts(self._messages, self._definitions)
            self._prepared = [form for text in texts for form in _forms(text)]
        bare = {name.rpartition("__")[2] for name in names}
        pairs = _significant(arguments)
        return any(
            _holds(letters, plain, name, pairs)
            for plain, letters in self._prepared
            for name in bare
            if name
        )


def _texts(
    messages: Iterable[Message], definitions: Iterable[Mapping[str, Any]]
) -> Iterator[str]:
    """Yield every text of a request that the model reads and did not write as a call.

    The model's own tool calls and reasoning are not among them.
    """
    for message in messages:
        match message:
            case SystemMessage(text):
                yield from _system_prompt_texts(text)
            case UserMessage(text) | ToolMessage(_, text):
                yield text
            case AssistantMessage(text) if text:
                yield text
    for definition in definitions:
        yield from _descriptions(definition)


def _descriptions(schema: object) -> Iterator[str]:
    """Yield the descriptions in a function definition or a JSON Schema."""
    match schema:
        case Mapping():
            for key, value in schema.items():
                if key == "description" and isinstance(value, str):
                    yield value
                else:
                    yield from _descriptions(value)
        case list():
            for part in schema:
                yield from _descriptions(part)


def _system_prompt_texts(prompt: str) -> Iterator[str]:
    """Yield the texts of a system prompt: each entity by itself, and the rest.

    Home Assistant lists entities in YAML right before it names its tools, so that taken
    together any command for the last ones would look like a quotation.
    """
    rest: list[str] = []
    entity: list[str] = []
    for line in prompt.splitlines():
        if _ENTITY.match(line):
            yield "\n".join(entity)
            entity = [line]
        elif entity and line.startswith(" "):
            entity.append(line)
        else:
            yield "\n".join(entity)
            entity = []
            rest.append(line)
    yield "\n".join(entity)
    yield "\n".join(rest)


def _forms(text: str) -> Iterator[tuple[str, str]]:
    """Yield a text as it is and with its escapes resolved, each also as bare letters."""
    resolved = text
    for _ in range(_ROUNDS):
        resolved = unquote(unescape(_ESCAPE.sub(_unescaped, resolved)))
    for form in dict.fromkeys((text, resolved)):
        if letters := _letters(form):
            yield form.casefold(), letters


def _unescaped(found: re.Match[str]) -> str:
    """Return the character that an escape stands for."""
    code = found[1] or found[2]
    return chr(int(code, 16)) if code else " "


def _letters(text: str) -> str:
    """Return the letters and digits of a text, whatever their case or width."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return "".join(filter(str.isalnum, text))


def _significant(arguments: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return names and values of the arguments that tell a call from others."""
    pairs = [
        (_letters(key), letters)
        for key, value in _leaves("", arguments)
        if (letters := _letters(value))
    ]
    telling = [pair for pair in pairs if pair[0] not in map(_letters, _DERIVED)]
    return telling or pairs


def _leaves(key: str, value: object) -> Iterator[tuple[str, str]]:
    """Yield each plain value in an argument with the name next to it."""
    match value:
        case Mapping():
            for name, inner in value.items():
                yield from _leaves(str(name), inner)
        case list() | tuple():
            for inner in value:
                yield from _leaves(key, inner)
        case None:
            return
        case float():
            yield key, f"{value:.15g}"
        case _:
            yield key, str(value)


def _holds(letters: str, plain: str, name: str, pairs: list[tuple[str, str]]) -> bool:
    """Return whether a text holds a call."""
    if not pairs:
        return _names_call(plain, name)
    wanted = _letters(name)
    if len(wanted) < _MIN_NAME and not _is_word(plain, name):
        return False
    opens = _opens_call(plain, name)
    span = sum(len(key) + len(value) + _OVERHEAD for key, value in pairs) + _OVERHEAD
    start = letters.find(wanted) if wanted else -1
    for _ in range(MAX_OCCURRENCES):
        if start < 0:
            return False
        end = start + len(wanted)
        near = letters[max(0, start - span) : end + span]
        if all(_has_pair(near, *pair) for pair in pairs):
            return True
        if opens and _follow(letters[end : end + span], pairs):
            return True
        start = letters.find(wanted, start + 1)
    return True


def _is_word(plain: str, name: str) -> bool:
    """Return whether a name stands in a text with nothing but a namespace before it."""
    return bool(re.search(rf"(?:\b|__){re.escape(name.casefold())}\b", plain))


def _has_pair(letters: str, key: str, value: str) -> bool:
    """Return whether an argument's value stands soon after its name."""
    start = letters.find(key)
    while start >= 0:
        after = start + len(key)
        if value in letters[after : after + MAX_KEY_GAP + len(value)]:
            return True
        start = letters.find(key, start + 1)
    return False


def _follow(letters: str, pairs: list[tuple[str, str]]) -> bool:
    """Return whether the values follow at once, as in a call without argument names."""
    return letters.startswith("".join(value for _, value in pairs))


def _names_call(plain: str, name: str) -> bool:
    """Return whether a text calls a tool without arguments, rather than mentions it."""
    named = rf"{_CALLING}(?:[\w.]*(?:__|\.))?{re.escape(name.casefold())}\b"
    return _opens_call(plain, name) or bool(re.search(named, plain))


def _opens_call(plain: str, name: str) -> bool:
    """Return whether a name is followed by the opening of an argument list."""
    name = re.escape(name.casefold())
    return bool(re.search(rf"\b(?:\w*__)?{name}[\"'`]?\s*[({{\[]", plain))
