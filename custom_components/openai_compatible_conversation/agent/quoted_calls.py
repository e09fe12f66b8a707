"""Whether a tool call in the model's text only repeats what the model was given to read.

A model that reads out a list item, a mail or a page writes down whatever stands there,
also a tool call. Such a call is a quotation. It is recognized by where its words come
from, not by how it is written: a text that was sent holds the call as it was written,
or the tool's name and each argument's name with its value. Case, punctuation, markup,
escapes and the order of the parts make no difference.

Decision record: docs/decisions/0010-words-are-not-commands.md.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from ..completions.messages import Message, ToolMessage, UserMessage
from .call_search import Pair, SoughtCall
from .sent_texts import SentText, sent_texts
from .written_forms import Form, forms, letters_of, without_escapes

MIN_VERBATIM = 12
"""Letters from which a call is found as it was written; fewer stand in any text."""

_DERIVED = frozenset({"domain", "deviceclass"})
"""Arguments that follow from the others: a model adds or leaves them out at will."""


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
        self._prepared: list[tuple[Form, SentText]] | None = None

    @property
    def is_complete(self) -> bool:
        """Return whether all that was sent can be searched, which images cannot."""
        return not any(
            isinstance(message, UserMessage | ToolMessage) and message.images
            for message in self._messages
        )

    def has(
        self, names: Collection[str], arguments: Mapping[str, Any], written: str = ""
    ) -> bool:
        """Return whether a text that was sent holds a call.

        `names` are the names that the tool goes by, with or without its namespace, and
        `written` is what the model wrote.
        """
        if self._prepared is None:
            self._prepared = [
                (form, sent)
                # Definitions repeat themselves.
                for sent in dict.fromkeys(sent_texts(self._messages, self._definitions))
                for form in forms(sent.text)
            ]
        bare = {name.rpartition("__")[2] for name in names} - {""}
        verbatim = _verbatim(written, names, bare)
        # A value may be compared as it is, and without the escapes that were read.
        sought = {
            SoughtCall(name, pairs)
            for name in bare
            for pairs in (_pairs(arguments, str), _pairs(arguments, without_escapes))
        }
        return any(
            any(text in form.letters for text in verbatim)
            or any(call.is_in(form, names_tools=sent.names_tools) for call in sought)
            for form, sent in self._prepared
            if not any(call.is_repeated(sent.answered) for call in sought)
        )


def _verbatim(written: str, names: Collection[str], bare: Collection[str]) -> set[str]:
    """Return the letters of a call as it was written, if they tell it from others."""
    least = max([MIN_VERBATIM, *(len(letters_of(name)) + 1 for name in names)])
    found = set()
    for form in (written, without_escapes(written)):
        core = letters_of(_core(form, bare))
        if not any(letters_of(name) in core for name in bare):
            # The name is written in another way, and stands before the core.
            core = letters_of(form)
        if len(core) >= least:
            found.add(core)
    return found


def _core(written: str, names: Iterable[str]) -> str:
    """Return a call without the fence or tag around it."""
    starts = [n for sign in ("{", *names) if (n := written.find(sign)) >= 0]
    call = written[min(starts, default=0) :]
    end = max(map(call.rfind, "}" if call.startswith("{") else "})]>"))
    return call[: end + 1 or None]


def _pairs(
    arguments: Mapping[str, Any], read: Callable[[str], str]
) -> tuple[Pair, ...]:
    """Return names and values of the arguments that tell a call from others."""
    pairs = [
        Pair(letters_of(key), letters)
        for key, value in _leaves("", arguments)
        if (letters := letters_of(read(value)))
    ]
    telling = [pair for pair in pairs if pair.key not in _DERIVED]
    return tuple(telling or pairs)


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
