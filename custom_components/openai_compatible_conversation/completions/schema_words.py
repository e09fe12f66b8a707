"""Read from a server's refusal which keywords of JSON Schema it is about.

A message names a keyword by quoting it, as the end of a path, or in words. A path leads
through other keywords: `parameters.properties[domain].items.enum[1]: cannot be empty` is
about `enum` only, and not about `items`.
"""

from collections.abc import Collection, Iterator
import re

from .schema_rewrites import DEPTH, REFERENCE

# Where a path is about a schema, and not about a message or another parameter.
_SCHEMA_ROOT = re.compile(
    r"^(parameters|parameters_json_schema|input_?schema|json_?schema|schema)$",
    re.IGNORECASE,
)
_ABOUT_SCHEMAS = re.compile(
    r"\bschemas?\b|json_schema|input_schema|\bparameters\b|\bgrammar\b"
    r"|\b(tool|function)s?\b|declaration|response_format|Go struct field",
    re.IGNORECASE,
)
_CONTEXT = re.compile(r"\bcontext=\([^)]*\)", re.IGNORECASE)
_LOCATION = re.compile(r"['\"]loc['\"]: ?[\[(](?P<path>[^\])]*)[\])]")
_GO_FIELD = re.compile(r"Go struct field \S*\.(?P<name>\w+) of type")
_PATH = re.compile(r"[\w$]+(?:(?:\[[^\]\s]*\])|(?:[./][\w$]+))+")
_SEGMENT = re.compile(r"[\w$]+")
_QUOTED = re.compile(r"""['"`](?P<name>[\w$]+)['"`](?P<colon>\s*:)?""")
# Google and others: not a path, but what they do not know there.
_UNKNOWN = re.compile(
    r"\b(name|field|keyword|key|property|attribute):? ['\"`](?P<name>[\w$]+)['\"`]",
    re.IGNORECASE,
)

# Keywords whose name is also an ordinary word: they have to be written as a keyword.
_ORDINARY = frozenset(
    {"type", "format", "pattern", "title", "description", "default", "items", "not"}
    | {"required", "properties", "if", "then", "else", "contains", "examples"}
    | {"minimum", "maximum", "definitions", "deprecated", "strict", "name", "const"}
)
_WRITTEN = {
    "pattern": re.compile(
        r"\bpattern (must|is|should|not)\b|unknown escape|error parsing grammar"
        r"|\bregex\b|regular expression",
        re.IGNORECASE,
    ),
    "format": re.compile(
        r"not a valid format|\bformat (is|must|not)\b|(unsupported|unknown) format",
        re.IGNORECASE,
    ),
    "description": re.compile(
        r"\bdescription'?:? .{0,20}\b(too long|exceeds?|at most|length)\b",
        re.IGNORECASE,
    ),
    "type": re.compile(
        r"\bnull(able)? types?\b|\btypes? (array|list|union)\b|\bmultiple types\b"
        r"|\bunion types?\b|not repeating",
        re.IGNORECASE,
    ),
    "items": re.compile(r"\bmissing items\b|\bitems (is|are|must)\b", re.IGNORECASE),
    "const": re.compile(r"\bconst (is|are|not|keyword|values?)\b", re.IGNORECASE),
    REFERENCE: re.compile(r"\bresolv\w+ (the )?ref\b|\breferences?\b", re.IGNORECASE),
    DEPTH: re.compile(
        r"\bnest(ed|ing)\b.{0,40}\b(depth|deep\w*|levels?|limit|too)\b"
        r"|\b(depth|too deep|levels? of nesting)\b",
        re.IGNORECASE,
    ),
}
_ALWAYS_POSSIBLE = frozenset({"items", "type", "properties", "required", "description"})
"""Keywords that a message may name because they are missing."""

_NOT_SCHEMA = frozenset({"name", "strict", "value"})


def is_about_schemas(words: str) -> bool:
    """Return whether a message is about a schema, of a tool or of a response."""
    return _ABOUT_SCHEMAS.search(words) is not None


def wants_closed_objects(words: str) -> bool:
    """Return whether a message asks for `additionalProperties` to be false."""
    return (
        re.search(
            r"additional_?properties.{0,60}\bfalse\b", words, re.IGNORECASE | re.DOTALL
        )
        is not None
    )


def named_keywords(words: str, used: Collection[str]) -> list[str]:
    """Return the keywords that a message is about, of those `used` in the request.

    `depth` stands for how deep objects are nested.
    """
    if not is_about_schemas(words):
        return []
    # Gateways quote the JSON of the server behind them.
    words = _CONTEXT.sub(" ", words.replace("\\", ""))
    words = _LOCATION.sub(lambda found: " " + _dotted(found["path"]), words)
    paths, rest = _PATH.findall(words), _PATH.sub(" ", words)
    known = {*used, *_ALWAYS_POSSIBLE}
    for names in (
        (found["name"] for found in _GO_FIELD.finditer(words)),
        (found["name"] for found in _UNKNOWN.finditer(rest)),
        (name for path in paths if (name := _end_of(path, known))),
        _quoted(rest),
        _in_words(rest, used),
    ):
        keywords = (_keyword(name, known) for name in names)
        if found := [name for name in dict.fromkeys(keywords) if name]:
            return found
    return []


def _quoted(words: str) -> Iterator[str]:
    """Yield the names in quotes, unless they look like keys of an object."""
    for found in _QUOTED.finditer(words):
        if not (found["colon"] and found["name"] in _ORDINARY):
            yield found["name"]


def _in_words(words: str, used: Collection[str]) -> Iterator[str]:
    """Yield the keywords that words name, not quoted."""
    if "oneOf" in used and re.search(r"\bany_?of\b", words, re.IGNORECASE):
        # Google reads both as one.
        yield "oneOf"
    for keyword in sorted(used):
        if keyword not in _ORDINARY and re.search(
            rf"(?<![\w$]){re.escape(keyword)}(?!\w)|\b{_snake(keyword)}\b", words
        ):
            yield keyword
    for keyword, pattern in _WRITTEN.items():
        if keyword in {*used, DEPTH, "items", "type"} and pattern.search(words):
            yield keyword


def _end_of(path: str, known: Collection[str]) -> str | None:
    """Return the keyword at which a path into a schema ends, None if at none."""
    segments = _SEGMENT.findall(path)
    roots = [i for i, name in enumerate(segments) if _SCHEMA_ROOT.match(name)]
    if not roots and segments[0] != "properties":
        # That of the tool itself, which can be too long.
        return "description" if segments[-1] == "description" else None
    keyword, index = None, roots[-1] + 1 if roots else 0
    while index < len(segments):
        name = segments[index]
        index += 1
        if name.isdigit() or name in _NOT_SCHEMA:
            continue
        keyword = _keyword(name, known)
        if keyword in ("properties", "$defs", "definitions"):
            # The name of a property follows: as such, it is no keyword.
            if index < len(segments):
                keyword = None
            index += 1
    return keyword


def _keyword(name: str, known: Collection[str]) -> str | None:
    """Return the keyword of a name, which Google writes in snake case."""
    if name in known or name == DEPTH:
        return None if name in _NOT_SCHEMA else name
    return next((keyword for keyword in known if _snake(keyword) == name), None)


def _snake(keyword: str) -> str:
    """Return a keyword in snake case."""
    return re.sub(r"(?<=[a-z])[A-Z]", lambda f: f"_{f[0]}", keyword).lower()


def _dotted(location: str) -> str:
    """Return the items of a location as a path."""
    return ".".join(_SEGMENT.findall(location))
