"""Test the profiles that are learned from rejected requests."""

from dataclasses import replace
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.completions.error_mapping import (
    error_from_status,
)
from custom_components.openai_compatible_conversation.completions.errors import (
    CompletionError,
)
from custom_components.openai_compatible_conversation.completions.parameter_words import (
    names_parameter,
)
from custom_components.openai_compatible_conversation.completions.profile import (
    DEFAULT_PROFILE,
    MAX_OMITTED,
    ServerProfile,
)
from custom_components.openai_compatible_conversation.completions.profile_learning import (
    Candidate,
    candidates,
)
from custom_components.openai_compatible_conversation.completions.request_adapter import (
    adapt_request,
)


def _tool(name: str) -> dict[str, Any]:
    """Return a tool in the format of a request."""
    return {"type": "function", "function": {"name": name, "parameters": {}}}


CALL = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
SYSTEM = {"role": "system", "content": "Be brief."}
USER = {"role": "user", "content": "Hi"}
CALLED = {"role": "assistant", "content": "Wait.", "tool_calls": [CALL]}
REASONED = {**CALLED, "reasoning_content": "hm"}
RESULT = {"role": "tool", "tool_call_id": "a", "content": "1"}
BODY: dict[str, Any] = {
    "model": "m",
    "messages": [SYSTEM, USER, REASONED, RESULT],
    "tools": [_tool("f"), _tool("g")],
    "tool_choice": "none",
    "stream": True,
    "stream_options": {"include_usage": True},
    "max_tokens": 9,
    "temperature": 0.5,
    "parallel_tool_calls": False,
}


def _first(
    profile: ServerProfile, error: CompletionError, body: dict[str, Any]
) -> ServerProfile | None:
    """Return the first profile to resend a rejected request with."""
    found = next(candidates(profile, error, body), None)
    return found.profile if found else None


REJECTIONS: dict[str, tuple[int, Any, ServerProfile]] = {
    "tools while it thinks": (
        400,
        {
            "error": {
                "message": "Function tools with reasoning_effort are not supported for "
                "this model. Please set reasoning_effort to 'none'."
            }
        },
        ServerProfile(no_effort=True),
    ),
    "stream_options, named": (
        400,
        {"error": {"message": "Unknown parameter", "param": "stream_options"}},
        DEFAULT_PROFILE.without(BODY, "stream_options"),
    ),
    "stream_options, FastAPI": (
        422,
        {"detail": [{"type": "extra_forbidden", "loc": ["body", "stream_options"]}]},
        DEFAULT_PROFILE.without(BODY, "stream_options"),
    ),
    "stream_options, in words": (
        400,
        {"message": "Unrecognized request argument supplied: stream_options"},
        DEFAULT_PROFILE.without(BODY, "stream_options"),
    ),
    "tool_choice, in a list": (
        400,
        {"error": {"message": "UnsupportedParamsError: ['tool_choice']"}},
        DEFAULT_PROFILE.without(BODY, "tool_choice"),
    ),
    "two at once": (
        400,
        {"error": "unsupported: parallel_tool_calls, tool_choice"},
        DEFAULT_PROFILE.without(BODY, "tool_choice", "parallel_tool_calls"),
    ),
    "temperature": (
        400,
        {"error": {"message": "Unsupported value: 'temperature' does not support 0.5"}},
        DEFAULT_PROFILE.without(BODY, "temperature"),
    ),
    "max_tokens": (
        400,
        {
            "error": {
                "message": "Unsupported parameter: 'max_tokens' is not supported "
                "with this model. Use 'max_completion_tokens' instead.",
                "param": "max_tokens",
            }
        },
        replace(DEFAULT_PROFILE, length_name="max_completion_tokens"),
    ),
    "reasoning, refused": (
        400,
        {"error": {"message": "property 'reasoning_content' is unsupported"}},
        replace(DEFAULT_PROFILE, no_reasoning=True),
    ),
    "reasoning, wanted": (
        400,
        {"error": {"message": "Missing `reasoning_content` field in message 3"}},
        replace(DEFAULT_PROFILE, reasoning_always=True),
    ),
    "tools, Ollama": (
        400,
        {"error": {"message": "registry.ollama.ai/x/y does not support tools"}},
        replace(DEFAULT_PROFILE, no_tools=True),
    ),
    "tools, llama.cpp": (
        500,
        {"error": {"message": "tools param requires --jinja flag", "code": 500}},
        replace(DEFAULT_PROFILE, no_tools=True),
    ),
    "tools, vLLM": (
        400,
        {
            "object": "error",
            "message": '"auto" tool choice requires --enable-auto-tool-choice and '
            "--tool-call-parser to be set",
        },
        replace(DEFAULT_PROFILE, no_tools=True),
    ),
    "tools, OpenRouter": (
        404,
        {
            "error": {
                "message": "No endpoints found that support tool use.",
                "code": 404,
            }
        },
        replace(DEFAULT_PROFILE, no_tools=True),
    ),
    "tools, FastAPI": (
        422,
        {"detail": [{"type": "extra_forbidden", "loc": ["body", "tools"]}]},
        replace(DEFAULT_PROFILE, no_tools=True),
    ),
    "one tool, by name": (
        400,
        {"error": {"message": "Invalid schema for function 'g': bad"}},
        replace(DEFAULT_PROFILE, simple_tools=frozenset({"g"})),
    ),
    "one tool, by index": (
        422,
        {"detail": [{"loc": ["body", "tools", 1, "function", "parameters"]}]},
        replace(DEFAULT_PROFILE, simple_tools=frozenset({"g"})),
    ),
    "roles": (
        500,
        {"error": {"message": "Conversation roles must alternate user/assistant"}},
        replace(DEFAULT_PROFILE, alternate=True),
    ),
    "system": (
        400,
        {"error": {"message": "System role not supported"}},
        replace(DEFAULT_PROFILE, late_system=False, system=False),
    ),
    "nothing named": (400, {"error": {"message": "Bad request"}}, DEFAULT_PROFILE),
}


@pytest.mark.parametrize(
    ("status", "words", "expected"), REJECTIONS.values(), ids=REJECTIONS
)
def test_rejection(status: int, words: Any, expected: ServerProfile) -> None:
    """Each server's message leads to the profile that it accepts."""
    error = error_from_status(status, words)
    assert _first(DEFAULT_PROFILE, error, BODY) == expected


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, {"error": {"message": "stream_options"}}),
        (429, {"error": {"message": "tool_choice"}}),
        (404, {"error": {"message": "model 'x' not found"}}),
        (404, {"detail": "Not Found"}),
        (500, {"error": {"message": "Internal Server Error"}}),
        (503, {"error": {"message": "Bad request"}}),
        (400, {"error": {"message": "maximum context length is 9, the prompt has 10"}}),
        (
            400,
            {
                "error": {
                    "message": "tool call validation failed: parameters for tool g "
                    "did not match schema: errors: [`/x`: expected array]",
                    "code": "tool_use_failed",
                }
            },
        ),
        (
            500,
            {"error": {"message": "Failed to parse input at pos 9: <function=g>"}},
        ),
        (0, {"error": {"message": "unexpected EOF"}}),
        (400, {"error": {"message": "The model is still loading"}}),
        (400, {"error": {"message": "Invalid API key"}}),
        (503, {"error": {"message": "System at its limit, tools are not available"}}),
        (500, {"error": {"message": "Internal system error, please ask support"}}),
        (500, {"error": {"message": "Overloaded. Try an alternate model."}}),
    ],
)
def test_not_a_rejection(status: int, words: Any) -> None:
    """An error that is not about the request's parameters changes no profile."""
    assert _first(DEFAULT_PROFILE, error_from_status(status, words), BODY) is None


def test_nothing_named() -> None:
    """A request is resent unchanged, and then with less and less that is optional."""
    error = error_from_status(400, {"error": {"message": "Bad request"}})
    body = {**BODY, "response_format": {"type": "json_object"}}
    without_format = DEFAULT_PROFILE.without(body, "response_format")
    optional = replace(
        without_format.without(
            body, "stream_options", "tool_choice", "parallel_tool_calls"
        ),
        no_reasoning=True,
    )
    assert [*candidates(DEFAULT_PROFILE, error, body)] == [
        Candidate(DEFAULT_PROFILE),
        Candidate(without_format, is_guess=True),
        Candidate(optional, is_guess=True),
        Candidate(replace(optional, schema_rewrites=frozenset({"*"})), is_guess=True),
    ]


def test_tool_given_up_last() -> None:
    """A keyword is rewritten, then the schema reduced, then the tool left out."""
    body = {**BODY, "tools": [_tool("f"), _tool("g")]}
    body["tools"][1]["function"]["parameters"] = {
        "type": "object",
        "properties": {"a": {"oneOf": [{"type": "string"}, {"type": "null"}]}},
    }
    words = "Invalid schema for function 'g': 'oneOf' is not permitted."
    error = error_from_status(400, {"error": words})
    found = [item.profile for item in candidates(DEFAULT_PROFILE, error, body)]
    assert found[:4] == [
        replace(DEFAULT_PROFILE, schema_rewrites=frozenset({"oneOf"})),
        replace(DEFAULT_PROFILE, schema_rewrites=frozenset({"-oneOf"})),
        replace(DEFAULT_PROFILE, simple_tools=frozenset({"g"})),
        replace(DEFAULT_PROFILE, refused_tools=frozenset({"g"})),
    ]


def test_late_system_messages_first() -> None:
    """Late system messages are converted before the system role is given up."""
    error = error_from_status(
        400, {"error": "System message must be at the beginning."}
    )
    body = {"model": "m", "messages": [SYSTEM, USER, SYSTEM]}
    late = replace(DEFAULT_PROFILE, late_system=False)
    assert [item.profile for item in candidates(DEFAULT_PROFILE, error, body)][:2] == [
        late,
        replace(late, system=False),
    ]


@pytest.mark.parametrize(
    "words",
    [
        "System message must be at the beginning.",
        "Only one system message is allowed",
        "Unsupported value: 'messages[0].role' does not support 'system'",
        "Unexpected role 'system'",
        "Developer instruction is not enabled for models/gemma",
    ],
)
def test_system_role_rejected(words: str) -> None:
    """A rejected system role is replaced, however the server phrases it."""
    error = error_from_status(400, {"error": words})
    body = {"model": "m", "messages": [SYSTEM, USER]}
    other = replace(DEFAULT_PROFILE, late_system=False, system=False)
    assert other in [item.profile for item in candidates(DEFAULT_PROFILE, error, body)]


@pytest.mark.parametrize(
    "words",
    [
        "Conversation roles must alternate user/assistant/user/assistant/...",
        (
            "After the optional system message, conversation roles must alternate "
            "user/assistant/user/assistant/..."
        ),
    ],
)
def test_alternate_before_system(words: str) -> None:
    """With alternating roles the system message is kept if it is accepted."""
    error = error_from_status(500, {"error": {"message": words}})
    body = {"model": "m", "messages": [SYSTEM, USER, SYSTEM, USER]}
    first = replace(DEFAULT_PROFILE, alternate=True, late_system=False)
    second = replace(first, system=False)
    found = [item.profile for item in candidates(DEFAULT_PROFILE, error, body)]
    assert found == [first, second]
    sent = adapt_request(body, first)
    assert [message["role"] for message in sent["messages"]] == ["system", "user"]
    sent = adapt_request(body, second)
    assert [message["role"] for message in sent["messages"]] == ["user"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("stop", "Unknown parameter: 'stop'."),
        ("stop", "stop: too many sequences"),
        ("temperature", "temperature is not supported with this model"),
        ("temperature", "Unsupported parameter: temperature"),
        ("seed", "[{'loc': ['body', 'seed'], 'msg': 'no'}]"),
        ("top_k", "property top_k is unsupported"),
        ("user", "body -> user: extra fields not permitted"),
    ],
)
def test_named_parameter(name: str, words: str) -> None:
    """A parameter is named by itself, quoted, or where a message puts a name."""
    assert names_parameter(words, name)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("stop", "Please stop the other model first"),
        ("user", "Conversation roles must alternate user/assistant"),
        ("user", "The user is over quota"),
        ("temperature", "GPU temperature too high"),
        ("top_k", "top_k_max is 5"),
    ],
)
def test_word_is_no_parameter(name: str, words: str) -> None:
    """A word that is also the name of a parameter does not name it."""
    assert not names_parameter(words, name)


def test_another_value() -> None:
    """A parameter that was rejected with one value is sent with another."""
    error = error_from_status(400, {"error": "temperature: range: 0..1"})
    hot = {**BODY, "temperature": 1.5}
    other = _first(DEFAULT_PROFILE, error, hot)
    assert other is not None
    assert "temperature" not in adapt_request(hot, other)
    assert adapt_request(BODY, other) == BODY
    assert "1.5" not in str(other)


def test_another_response_format() -> None:
    """A rejected response format, named or not, omits no other and nothing else."""
    bad = {**BODY, "response_format": {"json_schema": {"name": "odd"}}}
    good = {**BODY, "response_format": {"json_schema": {"name": "good"}}}
    for words in ("response_format 'odd' is not supported", "Bad request"):
        error = error_from_status(400, {"error": words})
        without = DEFAULT_PROFILE.without(bad, "response_format")
        found = [item.profile for item in candidates(DEFAULT_PROFILE, error, bad)]
        assert without in found[:2]
        assert adapt_request(bad, without) == BODY
        assert adapt_request(good, without) == good


def test_omitted_parameters_are_limited() -> None:
    """Only the latest rejected parameters are remembered."""
    profile = DEFAULT_PROFILE
    for number in range(MAX_OMITTED + 1):
        profile = profile.without({"seed": number}, "seed")
    assert len(profile.omitted) == MAX_OMITTED
    assert adapt_request({"messages": [], "seed": 0}, profile)["seed"] == 0
    assert "seed" not in adapt_request({"messages": [], "seed": MAX_OMITTED}, profile)


def test_reverse_length_name() -> None:
    """The length limit is renamed for a server that knows only the older name."""
    error = error_from_status(400, {"error": "max_completion_tokens: use max_tokens"})
    body = {"model": "m", "messages": [], "max_completion_tokens": 9}
    other = _first(DEFAULT_PROFILE, error, body)
    assert other == replace(DEFAULT_PROFILE, length_name="max_tokens")
    assert adapt_request(body, other)["max_tokens"] == 9


@pytest.mark.parametrize("name", ["max_completion_tokens", "max_tokens"])
def test_renamed_length_limit_rejected(name: str) -> None:
    """A renamed length limit that is too high is omitted."""
    renamed = replace(DEFAULT_PROFILE, length_name="max_completion_tokens")
    error = error_from_status(400, {"error": f"{name} is too large"})
    other = _first(renamed, error, adapt_request(BODY, renamed))
    assert other is not None
    assert "max_completion_tokens" not in adapt_request(BODY, other)
    less = adapt_request({**BODY, "max_tokens": 5}, other)
    assert less["max_completion_tokens"] == 5


def test_default_profile() -> None:
    """The default profile leaves a request unchanged."""
    assert adapt_request(BODY, DEFAULT_PROFILE) == BODY


def test_omitted_parameters() -> None:
    """Only the omitted parameters are removed."""
    sent = adapt_request(
        BODY, DEFAULT_PROFILE.without(BODY, "stream_options", "temperature")
    )
    assert BODY.keys() - sent.keys() == {"stream_options", "temperature"}


@pytest.mark.parametrize(
    ("profile", "reasoning", "empty"),
    [
        (DEFAULT_PROFILE, {"reasoning_content": "hm"}, {}),
        (replace(DEFAULT_PROFILE, reasoning="reasoning"), {"reasoning": "hm"}, {}),
        (replace(DEFAULT_PROFILE, no_reasoning=True), {}, {}),
        (
            replace(DEFAULT_PROFILE, reasoning_always=True),
            {"reasoning_content": "hm"},
            {"reasoning_content": ""},
        ),
    ],
)
def test_reasoning(
    profile: ServerProfile, reasoning: dict[str, str], empty: dict[str, str]
) -> None:
    """Reasoning is sent back in the field of the profile, or not at all."""
    body = {"model": "m", "messages": [USER, REASONED, RESULT, CALLED]}
    assert adapt_request(body, profile)["messages"] == [
        USER,
        {**CALLED, **reasoning},
        RESULT,
        {**CALLED, **empty},
    ]


def test_without_tools() -> None:
    """Without tool support, tool calls and results are sent as text."""
    sent = adapt_request(BODY, replace(DEFAULT_PROFILE, no_tools=True))
    assert not {"tools", "tool_choice", "parallel_tool_calls"} & sent.keys()
    assert sent["messages"][2:] == [
        {"role": "assistant", "content": "Wait.\nf({})"},
        {"role": "user", "content": "Result: 1"},
    ]


def test_without_reasoning_effort() -> None:
    """Reasoning is turned off for requests with tools, if the two are exclusive."""
    profile = ServerProfile(no_effort=True)
    assert adapt_request(BODY, profile)["reasoning_effort"] == "none"
    assert (
        adapt_request({**BODY, "reasoning_effort": "high"}, profile)["reasoning_effort"]
        == "none"
    )
    plain = {name: value for name, value in BODY.items() if name != "tools"}
    assert "reasoning_effort" not in adapt_request(plain, profile)


def test_without_one_tool() -> None:
    """Only the rejected tool is removed."""
    sent = adapt_request(BODY, replace(DEFAULT_PROFILE, refused_tools=frozenset({"g"})))
    assert [tool["function"]["name"] for tool in sent["tools"]] == ["f"]


def test_without_its_only_tool() -> None:
    """Without a remaining tool, no tool parameter is sent."""
    profile = replace(DEFAULT_PROFILE, refused_tools=frozenset({"f", "g"}))
    sent = adapt_request(BODY, profile)
    assert not {"tools", "tool_choice", "parallel_tool_calls"} & sent.keys()


def test_roles() -> None:
    """Roles are adapted without losing content."""
    messages = [SYSTEM, USER, USER, CALLED, RESULT, RESULT, USER, SYSTEM]
    body = {"model": "m", "messages": messages}
    told = (
        "Hi\n\nHi\n\n(There was no answer. These tools were called:\n"
        "f({})\nResult: 1\nResult: 1)\n\nHi"
    )
    sent = adapt_request(body, replace(DEFAULT_PROFILE, alternate=True))["messages"]
    assert sent == [SYSTEM, {"role": "user", "content": told}, SYSTEM]
    body["messages"] = answered = [SYSTEM, USER, CALLED, RESULT, RESULT]
    sent = adapt_request(body, replace(DEFAULT_PROFILE, alternate=True))["messages"]
    assert sent == answered
    body["messages"] = messages
    sent = adapt_request(body, replace(DEFAULT_PROFILE, late_system=False))["messages"]
    assert sent[-1] == {"role": "user", "content": "Be brief."}
    assert sent[0] == SYSTEM
    sent = adapt_request(body, replace(DEFAULT_PROFILE, system=False))["messages"]
    assert sent[0] == {"role": "user", "content": "Be brief.\n\nHi\n\nHi"}


@given(
    st.builds(
        ServerProfile,
        omitted=st.lists(st.text(), unique=True).map(tuple),
        length_name=st.none() | st.just("max_tokens"),
        refused_tools=st.frozensets(st.text()),
        schema_rewrites=st.frozensets(st.text()),
        reasoning=st.text(),
        late_system=st.booleans(),
        system=st.booleans(),
        alternate=st.booleans(),
    )
)
def test_traits(profile: ServerProfile) -> None:
    """A profile consists of its traits."""
    traits = profile.traits_beyond(DEFAULT_PROFILE)
    assert DEFAULT_PROFILE.with_traits(traits) == profile
    assert not profile.traits_beyond(profile)
