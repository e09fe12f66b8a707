"""HTML in markdown: tags, comments, entities, and addresses in angle brackets."""

from html.entities import html5
import re
from typing import Final

from .markdown_state import MarkdownState

_BLOCKS: Final = frozenset(
    {
        *("p", "div", "ul", "ol", "dl", "dt", "dd", "li", "table", "tr", "thead"),
        *("tbody", "tfoot", "caption", "h1", "h2", "h3", "h4", "h5", "h6", "hr"),
        *("section", "article", "header", "footer", "main", "nav", "aside", "pre"),
        *("blockquote", "details", "summary", "figure", "figcaption", "form", "body"),
        *("html", "head", "title", "center", "fieldset", "option", "address"),
    }
)
"""Tags that begin and end a line."""
_SENTENCES: Final = frozenset(
    {"li", "tr", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "summary", "title"}
)
"""Tags whose content is a sentence, even without a full stop."""
_CELLS: Final = frozenset({"td", "th"})
_BREAKS: Final = frozenset({"br", "wbr", "break"})
_DELETED: Final = frozenset({"del", "s", "strike"})
_RAISED: Final = frozenset({"sup"})
_INLINE: Final = frozenset(
    {
        *("a", "abbr", "acronym", "audio", "b", "bdi", "bdo", "big", "button", "cite"),
        *("code", "colgroup", "col", "data", "dfn", "em", "emphasis", "font", "i"),
        *("iframe", "img", "input", "ins", "kbd", "label", "link", "mark", "meta"),
        *("meter", "object", "output", "path", "phoneme", "picture", "progress"),
        *("prosody", "q", "rp", "rt", "ruby", "samp", "say-as", "script", "select"),
        *("small", "source", "span", "speak", "strong", "style", "sub", "svg"),
        *("template", "textarea", "time", "track", "tt", "u", "var", "video", "voice"),
    }
)
_KNOWN: Final = _BLOCKS | _CELLS | _BREAKS | _DELETED | _RAISED | _INLINE

_VALUE: Final = r"(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s\"'<>=`]+)"
_KEY: Final = r"[\w:@.-]{1,40}"
_FLAGS: Final = "checked|open|hidden|disabled|controls|selected|async|defer"
_TAG: Final = re.compile(
    r"<(?P<slash>/?)(?P<name>[A-Za-z][A-Za-z0-9-]{0,20})"
    rf"(?P<attributes>(?:\s+(?:{_KEY}={_VALUE}|(?:{_FLAGS})(?=[\s/>])))*)\s*/?>"
)
_TAG_START: Final = re.compile(
    r"</?(?:[A-Za-z][A-Za-z0-9-]{0,20}"
    rf"(?:\s+(?:{_KEY}={_VALUE}|{_FLAGS})(?=\s))*"
    rf"(?:\s+(?:{_KEY}(?:=(?:\"[^\"<>]*\"?|'[^'<>]*'?|[^\s\"'<>=`]*))?)?)?\s*/?)?\Z"
)
_MAX_TAG: Final = 1000
_ALTERNATIVE: Final = re.compile(r"\balt=(?:\"([^\"]+)\"|'([^']+)')")
_ADDRESS: Final = re.compile(
    r"<(?:mailto:)?([A-Za-z][A-Za-z0-9+.-]{1,20}:[^\s<>]{1,300}"
    r"|[\w.+-]{1,64}@[\w.-]{1,100})>"
)
_ADDRESS_START: Final = re.compile(
    r"<(?:[\w.+-]{0,64}(?:@[\w.-]{0,100})?|[A-Za-z][A-Za-z0-9+.-]{1,20}:[^\s<>]{0,300})\Z"
)
_MAX_ADDRESS: Final = 330
_COMMENT: Final = "<!--"
_DECLARATION: Final = re.compile(r"<(?:![A-Za-z]|\?xml)[^<>\n]{0,100}>")
_DECLARATION_START: Final = re.compile(
    r"<(?:!(?:[A-Za-z][^<>\n]{0,100})?|\?(?:x(?:m(?:l[^<>\n]{0,100})?)?)?)\Z"
)
_LONGEST_ENTITY: Final = 33
_ENTITY: Final = re.compile(
    r"&(?:#(?P<number>\d{1,7})|#[xX](?P<hex>[0-9a-fA-F]{1,6})|(?P<name>[A-Za-z]\w{1,31}));"
)
_ENTITY_START: Final = re.compile(r"&(?:#(?:\d{0,7}|[xX][0-9a-fA-F]{0,6})|\w{0,32})\Z")
_RAISED_DIGITS: Final = str.maketrans("0123456789+-−n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻ⁿ")
_RAISED_TEXT: Final = re.compile(r"\s*([0-9+\-−n]{1,8})\s*</sup\s?>", re.IGNORECASE)
_RAISED_START: Final = re.compile(
    r"[0-9+\-−n\s]{0,10}(?:<[/sup\s]{0,5})?\Z", re.IGNORECASE
)
_MAX_RAISED: Final = 16


def read_angle(state: MarkdownState, text: str, position: int) -> int | None:
    """Read what begins with an angle bracket, and say it if it is no markup."""
    if state.more(text, position, 2):
        return None
    following = text[position + 1 : position + 2]
    if following in "!?" and following:
        return _read_declaration(state, text, position)
    if following == "/" or (following.isalpha() and following.isascii()):
        return _read_tag(state, text, position)
    state.wording.say("<")
    return position + 1


def read_entity(state: MarkdownState, text: str, position: int) -> int | None:
    """Read an entity as the character that it stands for."""
    if found := _ENTITY.match(text, position):
        if char := _character(found):
            state.wording.say_all(char)
            return found.end()
    elif state.more(text, position, _LONGEST_ENTITY + 1) and _ENTITY_START.match(
        text, position
    ):
        return None
    state.wording.say("&")
    return position + 1


def _read_declaration(state: MarkdownState, text: str, position: int) -> int | None:
    """Read a comment, or what stands at the head of a document."""
    if state.more(text, position, len(_COMMENT)) and _COMMENT.startswith(
        text[position:]
    ):
        return None
    if text.startswith(_COMMENT, position):
        state.skip_until("-->")
        return position + len(_COMMENT)
    if found := _DECLARATION.match(text, position):
        return found.end()
    if state.more(text, position, _MAX_TAG) and _DECLARATION_START.match(
        text, position
    ):
        return None
    state.wording.say("<")
    return position + 1


def _read_tag(state: MarkdownState, text: str, position: int) -> int | None:
    """Read a tag or an address, and say it if it is neither."""
    if address := _ADDRESS.match(text, position):
        state.wording.say(address[1])
        return address.end()
    limit = position + _MAX_TAG
    if not (tag := _TAG.match(text, position, limit)):
        if _may_go_on(state, text, position):
            return None
        state.wording.say("<")
        return position + 1
    name = tag["name"].lower()
    if name not in _KNOWN and not tag["attributes"] and not tag["slash"]:
        return _read_unknown(state, text, tag)
    if name in _RAISED and not tag["slash"]:
        return _read_raised(state, text, tag.end())
    _end_tag(state, name, tag)
    return tag.end()


def _may_go_on(state: MarkdownState, text: str, position: int) -> bool:
    """Return whether the end of a text may become a tag or an address."""
    return any(
        state.more(text, position, limit) and start.match(text, position)
        for start, limit in (
            (_TAG_START, _MAX_TAG),
            (_ADDRESS_START, _MAX_ADDRESS),
        )
    )


def _read_unknown(state: MarkdownState, text: str, tag: re.Match[str]) -> int | None:
    """Read a tag of no known name, which may be a key or the type of a list."""
    wording, end = state.wording, tag.end()
    if state.more(text, end, 1):
        return None
    following = text[end : end + 1]
    before = state.before(text, tag.start())
    if before.isalnum() or before == "_":
        wording.say(tag[0])
    elif (
        following.isalnum()
        or following == "<"
        or (following == "\n" and wording.is_at_start)
    ):
        # It is around something, as XML is.
        wording.remove_sign()
    else:
        wording.say(tag["name"])
    return end


def _read_raised(state: MarkdownState, text: str, end: int) -> int | None:
    """Read a raised number, for example that of a square meter."""
    if found := _RAISED_TEXT.match(text, end, end + _MAX_RAISED):
        state.wording.say(found[1].translate(_RAISED_DIGITS))
        return found.end()
    if state.more(text, end, _MAX_RAISED) and _RAISED_START.match(text, end):
        return None
    return end


def _end_tag(state: MarkdownState, name: str, tag: re.Match[str]) -> None:
    """Say what a tag means for the words around it."""
    wording = state.wording
    if name in _BLOCKS:
        if wording.line:
            state.new_line()
        wording.is_sentence = name in _SENTENCES and not tag["slash"]
    elif name in _CELLS:
        if not tag["slash"]:
            wording.cell()
            wording.is_sentence = True
    elif name in _BREAKS:
        wording.blank()
    elif name in _DELETED:
        if not tag["slash"]:
            state.open_emphasis.append("<del>")
        elif "<del>" in state.open_emphasis:
            state.open_emphasis.remove("<del>")
            wording.say_aside(state.words.crossed_out)
    elif alternative := _ALTERNATIVE.search(tag["attributes"]):
        wording.say_all(alternative[1] or alternative[2])


def _character(entity: re.Match[str]) -> str:
    """Return the character of an entity; empty if there is none."""
    if name := entity["name"]:
        return html5.get(f"{name};", "")
    code = int(entity["number"] or entity["hex"], 10 if entity["number"] else 16)
    return chr(code) if 0x20 <= code < 0xD800 or 0xE000 <= code <= 0x10FFFF else ""
