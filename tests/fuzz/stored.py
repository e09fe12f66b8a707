"""Files of an entry with something else in them than was written."""

from collections.abc import Iterator
from copy import deepcopy
import json
from typing import Any

from hypothesis import strategies as st

KEY = "openai_compatible_conversation.house"

_TIME = "2026-11-21T08:00:00+00:00"
_FACT = {
    "category": "preferences",
    "key": "tea",
    "value": "green",
    "source": "told",
    "created_at": _TIME,
    "updated_at": _TIME,
}
_FAILURE = {
    "reason": "context_too_long",
    "detail": "HTTP 400",
    "since": 1.7e9,
    "count": 7,
    "given_up": True,
}

FILES: dict[str, dict[str, Any]] = {
    "": {
        "facts": [
            _FACT,
            {
                **_FACT,
                "key": "cat",
                "source": "extracted",
                "subject": "Tom",
                "told_by": "Anna",
                "channel": "voice",
                "quote": "Tom's cat is green",
                "past": [{"value": "Amy", "until": _TIME}],
            },
        ],
        "forgotten": [
            {"at": _TIME, "fact": "0f", "key": ["1f"], "value": "2f", "named": True},
            {"at": _TIME, "everything": True},
        ],
        "forgotten_key": "3f",
        "pending": [
            {
                "id": "01",
                "lines": ["My cat is Amy"],
                "attempts": 0,
                "said": [{"speaker": "Tom", "channel": "voice", "at": _TIME}],
            },
            {"id": "02", "lines": ["I", "am"], "attempts": 9, "failure": _FAILURE},
        ],
    },
    ".session": {
        "last": 1.7e9,
        "turns": [
            [
                {"user": "Hi"},
                {"assistant": "Hello.", "calls": [], "reasoning": None},
            ],
            [
                {"user": "Light"},
                {
                    "assistant": None,
                    "calls": [["a", "HassTurnOn", "{}"]],
                    "reasoning": "Well",
                },
                {"result": "{}", "id": "a"},
                {"assistant": "Done.", "calls": [], "reasoning": None},
            ],
        ],
        "heads": {"key": "You are nice."},
        "tools": ["HassTurnOn"],
        "searching": False,
        "choice": "auto",
        "bookmarks": {"sofa": [1.5, 2, None]},
    },
    ".dialects": {
        "base_url": "http://127.0.0.1:1/v1",
        "models": {
            "m": {"no_tools": True, "left_out": ["seed=1"], "reasoning": "reasoning"}
        },
        "lessons": {
            "m": [
                {
                    "field": "omitted",
                    "value": "seed=1",
                    "words": "no seed",
                    "reason": "1f",
                    "learned_at": 1.7e9,
                    "confirmed_at": 1.7e9,
                    "confirmations": 2,
                    "versions": ["b1"],
                }
            ]
        },
        "budgets": {
            "m": {
                "learned": 3,
                "rates": {"Latin": [0.25, 0.1]},
                "told": 4096,
                "refusal": [4096, 1.7e9],
                "cut": [4096, 1.7e9],
            }
        },
    },
    ".tools": {"used": {"HassTurnOn": [2.5, 1.7e9]}},
}
"""The data of each file, by the end of its key."""

_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([-1, 0, 1e308, -1e308, 2**63, 10**25, "", "0", "x" * 5000])
    | st.text(max_size=8)
)
_ANYTHING = st.recursive(
    _LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner)
    ),
    max_leaves=8,
)


def _places(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the paths of a value and of all in it."""
    yield path
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, item in items:
        yield from _places(item, (*path, key))


@st.composite
def stored_files(draw: st.DrawFn) -> tuple[str, str]:
    """Generate the end of a key, and the JSON text in its file."""
    end = draw(st.sampled_from(list(FILES)))
    document: Any = {
        "version": 1,
        "minor_version": 1,
        "key": KEY + end,
        "data": deepcopy(FILES[end]),
    }
    for _ in range(draw(st.integers(0, 3))):
        path = draw(st.sampled_from(list(_places(document))))
        if not path:
            document = draw(_ANYTHING)
            continue
        parent = document
        for key in path[:-1]:
            parent = parent[key]
        if draw(st.booleans()):
            parent[path[-1]] = draw(_ANYTHING)
        else:
            del parent[path[-1]]
    return end, json.dumps(document)
