"""Square brackets in markdown: links, marks of citations, and boxes of task lists.

A bracket is dropped before it is known whether an address follows. The number in it is
dropped as well if it points to a source, since it would be said as part of a number.
"""

import re
from typing import Final

from .markdown_state import MarkdownState

_BOX: Final = re.compile(r"\[([ xX✓✔])\]")
_BOX_SIZE: Final = len("[x]")
_CITATION: Final = re.compile(
    r"\[(?:\^[^\[\]\s]{1,30}|(?:(?:citation|source|cite|ref)[:\s]\s?)?"
    r"[1-9]\d{0,2}(?:\s?[,;–-]\s?[1-9]\d{0,2}){0,9})\]"
)
_INDEX: Final = re.compile(r"\[\d{1,9}\]")
_MARK_START: Final = re.compile(
    r"\[(?:\^[^\[\]\s]{0,30}|[\d,;–\-\s]{1,60}"
    r"|c(?:i(?:t(?:e|a(?:t(?:i(?:on?)?)?)?)?)?)?|s(?:o(?:u(?:r(?:ce?)?)?)?)?|re?f?"
    r"|(?:citation|source|cite|ref)[:\s]\s?[\d,;–\-\s]{0,60})\]?\Z",
)
_MAX_MARK: Final = 80
_POINTERS: Final = (
    # English, German
    *("and", "or", "see", "press", "type", "enter", "choose", "select", "say", "key"),
    *("button", "option", "step", "number", "line", "page", "in", "from", "to", "of"),
    *("und", "oder", "siehe", "drücke", "drücken", "drück", "wähle", "sag", "taste"),
    *("nummer", "zeile", "seite", "aus", "zu", "von"),
    # French, Spanish, Italian
    *("et", "ou", "voir", "appuie", "appuyez", "choisis", "choisissez", "touche"),
    *("numéro", "dans", "de", "y", "o", "ver", "pulsa", "pulse", "elige", "tecla"),
    *(
        "número",
        "opción",
        "en",
        "e",
        "vedi",
        "premi",
        "scegli",
        "tasto",
        "numero",
        "da",
    ),
    # Dutch, Polish, Russian
    *("zie", "druk", "op", "kies", "toets", "i", "lub", "zobacz", "naciśnij"),
    *("wybierz", "klawisz", "numer", "w", "z", "и", "или", "см", "нажми", "нажмите"),
    *("выбери", "выберите", "кнопка", "номер", "в", "из"),
)
"""Words before a number in a bracket that is meant."""
_POINTER: Final = re.compile(
    rf"(?:[:=(,]|(?<!\w)(?:{'|'.join(_POINTERS)})\.?)\Z", re.IGNORECASE
)
_MAX_POINTER: Final = 20
_LINK: Final = re.compile(
    r"\]\([ \t]*(?:<[^<>\n]*>|[^\s()]*(?:\([^\s()]*\)[^\s()]*)*)"
    r"(?:[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*'|\([^()\n]*\)))?[ \t]*\)"
)
_LINK_START: Final = re.compile(
    r"\]\([ \t]*(?:<[^<>\n]*>?|[^\s<][^\s]*)?(?:[ \t]+(?:[\"'(][^\n]*)?)?\Z"
)
_LABEL: Final = re.compile(r"\]\[[^\[\]\n]{0,60}\]")
_LABEL_START: Final = re.compile(r"\]\[[^\[\]\n]{0,60}\Z")
_BLANK: Final = re.compile(r"\s")
_MAX_LINK: Final = 1000
_SOURCE: Final = re.compile(
    r"【(?:[^【】\n]{0,40}†[^【】\n]{0,80}|\d{1,3})】|\ue200[^\ue200\ue201\n]{0,200}\ue201"
)
_SOURCE_START: Final = re.compile(
    r"【[^【】\n]{0,121}\Z|\ue200[^\ue200\ue201\n]{0,200}\Z"
)
_MAX_SOURCE: Final = 220


def read_opening(state: MarkdownState, text: str, position: int) -> int | None:
    """Read an opening bracket, with what stands in it if that is no text."""
    wording = state.wording
    if state.more(text, position, 2):
        return None
    if text[position + 1 : position + 2] in (*" xX✓✔", "") and (
        state.more(text, position, _BOX_SIZE + 1)
        and _may_be_box(text[position : position + _BOX_SIZE])
    ):
        return None
    if (box := _BOX.match(text, position)) and _is_box(state, text, box.end()):
        words = state.words
        is_done = bool(box[1].strip())
        wording.say_word(words.done if is_done else words.not_done, pause=":")
        return box.end()
    limit = position + _MAX_MARK
    if _is_citation(state, text, position):
        if state.more(text, position, _MAX_MARK) and _MARK_START.match(text, position):
            return None
        if mark := _CITATION.match(text, position, limit):
            wording.remove_sign()
            # An address of the source may follow.
            return mark.end() - 1
    if state.before(text, position).isalnum() and (
        index := _INDEX.match(text, position, limit)
    ):
        wording.say(index[0])
        return index.end()
    return position + 1


def read_closing(state: MarkdownState, text: str, position: int) -> int | None:
    """Read a closing bracket, and the address or the label after it."""
    if state.more(text, position, 2):
        return None
    following = text[position + 1 : position + 2]
    if following not in ("(", "["):
        return position + 1
    if following == "(":
        link, start, closing = _LINK, _LINK_START, ")"
    else:
        link, start, closing = _LABEL, _LABEL_START, "]"
    if (
        state.more(text, position, _MAX_LINK)
        and closing not in text[position + 2 :]
        and not _BLANK.search(text, position)
    ):
        return None
    limit = position + _MAX_LINK
    if text.find(closing, position + 2, limit) >= 0 and (
        found := link.match(text, position, limit)
    ):
        return found.end()
    if start.match(text, position, limit):
        if state.more(text, position, _MAX_LINK):
            return None
        # The text ends in an address, or it is that of a picture that is part of it.
        state.skip_until(closing)
        return position + 2
    return position + 1


def read_exclamation(state: MarkdownState, text: str, position: int) -> int | None:
    """Read an exclamation mark, which is dropped before the bracket of a picture."""
    if state.more(text, position, 2):
        return None
    if text[position + 1 : position + 2] != "[":
        state.wording.say("!")
    return position + 1


def read_source(state: MarkdownState, text: str, position: int) -> int | None:
    """Read the mark of a source as search tools write it."""
    if found := _SOURCE.match(text, position):
        state.wording.remove_sign()
        return found.end()
    if state.more(text, position, _MAX_SOURCE) and _SOURCE_START.match(text, position):
        return None
    if text[position] == "【":
        state.wording.say("【")
    return position + 1


def _may_be_box(start: str) -> bool:
    """Return whether a text may become the box of a task."""
    return len(start) < _BOX_SIZE or start[-1] == "]"


def _is_box(state: MarkdownState, text: str, end: int) -> bool:
    """Return whether what seems to be the box of a task up to a position is one."""
    following = text[end : end + 1]
    if state.wording.is_at_start:
        return not following or following.isspace() or following == "|"
    before = state.before(text, end - _BOX_SIZE)
    return before.isspace() and following in ("", "\n", ",", ";", "|")


def _is_citation(state: MarkdownState, text: str, position: int) -> bool:
    """Return whether a number in a bracket here points to a source."""
    if text.startswith("[^", position):
        return True
    before, line = state.before(text, position), state.wording.line
    if before == "[":
        return bool(line)
    if before and before not in "([{\"'“„«" and not before.isspace():
        return True
    return bool(line.strip()) and not _POINTER.search(line[-_MAX_POINTER:])
