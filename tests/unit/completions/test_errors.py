"""A status and a body stand for the error that a user can do something about."""

import pytest

from custom_components.openai_compatible_conversation.completions.errors import (
    MAX_DETAIL,
    CompletionError,
    InvalidAuthError,
    ModelNotFoundError,
    NotFoundError,
    QuotaError,
    RateLimitedError,
    ServerBusyError,
    ServerFailedError,
    ServerTimeoutError,
    error_for_status,
    error_in_body,
)


@pytest.mark.parametrize(
    ("status", "body", "kind", "detail"),
    [
        (401, {"error": {"message": "bad key"}}, InvalidAuthError, "bad key"),
        (403, "", InvalidAuthError, ""),
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
    ],
)
def test_status(
    status: int, body: object, kind: type[CompletionError], detail: str
) -> None:
    """Status and body make one kind of error, with the server's words."""
    error = error_for_status(status, body)
    assert type(error) is kind
    assert error.detail == detail


def test_detail_is_one_short_line() -> None:
    """A server's words are one line, and not a page."""
    error = error_for_status(500, "one\n\ttwo " + "x" * 1000)
    assert error.detail.startswith("one two xxx")
    assert len(error.detail) == MAX_DETAIL


@pytest.mark.parametrize("body", [{}, {"error": None}, {"error": {}}, {"choices": []}])
def test_no_error(body: dict[str, object]) -> None:
    """An answer is no error."""
    assert error_in_body(body) is None


def test_code_in_words() -> None:
    """A code that is no number is no status."""
    error = error_in_body({"error": {"message": "no", "code": "overloaded"}})
    assert error is not None
    assert (error.status, error.words) == (0, "overloaded no")


def test_detail_of_any_shape() -> None:
    """A detail that is a list, as FastAPI sends it, is told as it is."""
    error = error_in_body({"object": "error", "message": [{"loc": ["body"]}]})
    assert error is not None
    assert "loc" in error.detail
