"""Test the mapping of error responses to exceptions."""

import json

import pytest

from custom_components.openai_compatible_conversation.completions.error_mapping import (
    error_from_payload,
    error_from_status,
)
from custom_components.openai_compatible_conversation.completions.errors import (
    MAX_DETAIL,
    CompletionError,
    ContextTooLongError,
    GarbledAnswerError,
    InvalidAuthError,
    LengthLimitError,
    ModelNotFoundError,
    NotFoundError,
    QuotaError,
    RateLimitedError,
    ServerBusyError,
    ServerFailedError,
    ServerTimeoutError,
)


@pytest.mark.parametrize(
    ("status", "body", "kind", "detail"),
    [
        (401, {"error": {"message": "bad key"}}, InvalidAuthError, "bad key"),
        (403, "", InvalidAuthError, ""),
        *(
            (403, {"error": {"message": words}}, CompletionError, words)
            for words in (
                "Country, region, or territory not supported",
                "Key limit exceeded (total limit).",
                "Your chosen model requires moderation and your input was flagged",
                "The model `m` is blocked at the project level.",
            )
        ),
        (
            403,
            {"error": {"message": "No access to model `m`", "code": "model_not_found"}},
            ModelNotFoundError,
            "No access to model `m`",
        ),
        (402, {"error": "pay"}, QuotaError, "pay"),
        (
            429,
            {"error": {"message": "m", "code": "insufficient_quota"}},
            QuotaError,
            "m",
        ),
        (
            429,
            {"error": {"message": "m", "type": "insufficient_quota"}},
            QuotaError,
            "m",
        ),
        (429, {"detail": "slow"}, RateLimitedError, "slow"),
        (404, {"detail": "Not Found"}, NotFoundError, "Not Found"),
        (404, "<html>404</html>", NotFoundError, ""),
        (
            404,
            {"error": "model 'x' not found"},
            ModelNotFoundError,
            "model 'x' not found",
        ),
        (400, {"error": {"message": "bad field"}}, CompletionError, "bad field"),
        (408, None, ServerTimeoutError, ""),
        (504, "slow", ServerBusyError, "slow"),
        (500, {"error": {"message": None}}, ServerFailedError, ""),
        (502, [], ServerBusyError, ""),
        (418, 7, CompletionError, ""),
        (400, [{"error": {"message": "bad", "code": 400}}], CompletionError, "bad"),
        (
            400,
            [{"error": {"message": "API key not valid.", "status": "INVALID"}}],
            InvalidAuthError,
            "API key not valid.",
        ),
        (
            400,
            {
                "error": {
                    "message": "Could not finish the message because max_tokens or "
                    "model output limit was reached."
                }
            },
            LengthLimitError,
            (
                "Could not finish the message because max_tokens or "
                "model output limit was reached."
            ),
        ),
    ],
)
def test_status(
    status: int, body: object, kind: type[CompletionError], detail: str
) -> None:
    """A status and a body map to an error class with the server's message."""
    error = error_from_status(status, body)
    assert type(error) is kind
    assert error.detail == detail


def test_detail_is_one_truncated_line() -> None:
    """The server's message is reduced to one line and truncated."""
    error = error_from_status(500, "one\n\ttwo " + "x" * 1000)
    assert error.detail.startswith("one two xxx")
    assert len(error.detail) == MAX_DETAIL


@pytest.mark.parametrize("body", [{}, {"error": None}, {"error": {}}, {"choices": []}])
def test_body_without_error(body: dict[str, object]) -> None:
    """A body without an error maps to None."""
    assert error_from_payload(body) is None


def test_non_numeric_code() -> None:
    """A code that is not a number is part of the message, not the status."""
    error = error_from_payload({"error": {"message": "no", "code": "overloaded"}})
    assert error is not None
    assert (error.status, error.words) == (0, "overloaded no")


def test_detail_is_a_list() -> None:
    """A message that is a list, as FastAPI sends it, is shown unchanged."""
    error = error_from_payload({"object": "error", "message": [{"loc": ["body"]}]})
    assert error is not None
    assert "loc" in error.detail


@pytest.mark.parametrize(
    ("status", "raw", "kind", "detail"),
    [
        (429, "m is limited upstream", RateLimitedError, "m is limited upstream"),
        (
            400,
            json.dumps({"error": {"message": "exceeds the context size"}}),
            ContextTooLongError,
            "exceeds the context size",
        ),
        (400, "", CompletionError, "Provider returned error"),
        (400, None, CompletionError, "Provider returned error"),
        (400, "[" * 100_000, CompletionError, "[" * MAX_DETAIL),
    ],
)
def test_upstream_error(
    status: int, raw: object, kind: type[CompletionError], detail: str
) -> None:
    """The message of an upstream server takes precedence over the gateway's own."""
    error = error_from_status(
        status,
        {"error": {"message": "Provider returned error", "metadata": {"raw": raw}}},
    )
    assert type(error) is kind
    assert error.detail == detail


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (
            400,
            {
                "message": "tool call validation failed: parameters for tool f did not "
                "match schema: errors: [`/context_size`: expected array]",
                "code": "tool_use_failed",
            },
        ),
        (
            400,
            {"message": "Failed to call a function.", "code": "tool_use_failed"},
        ),
        (500, {"message": "Failed to parse input at pos 2: <function=f> images"}),
        (500, {"message": "error parsing tool call: raw='{', err=unexpected end"}),
    ],
)
def test_garbled_answer(status: int, error: dict[str, str]) -> None:
    """A message about the model's output is not mapped by the words that it quotes."""
    assert type(error_from_status(status, {"error": error})) is GarbledAnswerError


def test_stream_error_without_code() -> None:
    """An error within a stream, without a code, is an internal error of the server."""
    error = error_from_payload({"error": {"message": "unexpected EOF"}})
    assert type(error) is ServerFailedError


def test_lone_surrogate() -> None:
    """A lone surrogate in the server's message is replaced."""
    error = error_from_status(500, {"error": {"message": "so\ud83d"}})
    assert error.words.encode()
    assert error.detail == "so?"
