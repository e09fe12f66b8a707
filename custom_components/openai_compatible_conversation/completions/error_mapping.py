"""Map the error responses of servers to the exceptions in `errors`."""

from collections.abc import Mapping
import re
from typing import Any

from .context_words import is_about_length_option
from .error_body import is_error, is_page, message_of, readable
from .errors import (
    MAX_WORDS,
    CompletionError,
    ContentFilterError,
    ContextTooLongError,
    GarbledAnswerError,
    ImagesNotSupportedError,
    InvalidAuthError,
    LengthLimitError,
    MaxTokensError,
    ModelFailedError,
    ModelLoadingError,
    ModelNotFoundError,
    NoEndpointError,
    NotFoundError,
    QuotaError,
    RateLimitedError,
    RequestTooLargeError,
    ServerBusyError,
    ServerFailedError,
    ServerTimeoutError,
)

_MODEL_MISSING = re.compile(
    r"\bmodels?\b.{0,200}\b(not (found|exist)|(does|do) not exist|no such|unknown)"
    r"|\b(invalid|unknown|unsupported|no such) model\b"
    r"|\bnot a valid model\b"
    r"|\bno endpoints found for\b"
    r"|model_not_found",
    re.IGNORECASE | re.DOTALL,
)
_CONTEXT_TOO_LONG = re.compile(
    r"context[ _-]?(size|length|window)"
    r"|maximum context"
    r"|(prompt|input|request|messages?) (is|are|was|were)? ?too (long|large)"
    r"|too many (input |prompt )?tokens"
    r"|(exceeds?|larger than|longer than).{0,60}(max(imum)?[ _](input|prompt|model)|n_ctx)"
    r"|reduce the length"
    # vLLM, which subtracts the prompt from the context window.
    r"|max_(completion_)?tokens must be at least 1, got -"
    r"|truncating input",
    re.IGNORECASE | re.DOTALL,
)
# Groq: more than its limit per minute. The web servers that also use the status say
# nothing of tokens.
_TOO_MANY_TOKENS = re.compile(
    r"\b(context|prompt|tokens?|message size)\b", re.IGNORECASE
)
_NO_IMAGES = re.compile(
    r"\b(images?|vision|multi-?modal)( (input|data|content|understanding))?s?"
    r" (is|are) (not|un) ?(supported|enabled|available)"
    r"|(\bnot|n't) support(ed|ing)?( \w+){0,2} (images?|vision|multi-?modal)\b"
    r"(?![ _-]?(format|size|type|url|file|detail|resolution))"
    r"|\bat most 0 images?\b"
    r"|\bnot a (multi-?modal|vision)\b"
    r"|no endpoints found that support image"
    r"|\bmmproj\b|not compiled for multimodal"
    r"|missing data required for image"
    r"|image_url\b.{0,40}\b(only supported by|(not|un) ?supported)"
    r"|\b(unknown variant|unsupported|unexpected)\b.{0,40}\bimage_url\b"
    r"|only \W?text\W? content( type)? (is|are) supported"
    r"|for 'role:user'.{0,80}\bcontent' : value must be a string",
    re.IGNORECASE | re.DOTALL,
)
# Ollama, LM Studio and llama.cpp's router: it will not be loaded by waiting.
_MODEL_FAILED = re.compile(
    r"\berror loading (the )?model\b"
    r"|\b(failed|unable|could not|cannot|not able)( to)? load\b.{0,20}\bmodel\b"
    r"|\bmodel\b.{0,100}\b(failed to load|loading was (stopped|aborted)|crashed)\b"
    r"|\bload(ing)? (the )?model (failed|was aborted)\b",
    re.IGNORECASE | re.DOTALL,
)
_LOADING = re.compile(
    r"loading (the )?model|model is (still |currently )?(being )?load|still loading"
    r"|currently loading|warming up",
    re.IGNORECASE,
)
# OpenAI, when reasoning used up all output tokens.
_OUTPUT_LIMIT = re.compile(r"output limit was reached", re.IGNORECASE)
_NO_CREDIT = re.compile("insufficient_quota")
# LiteLLM without a database to look the key up in; Google has no other status for it.
_WRONG_KEY = re.compile(
    r"no connected db|invalid api key|api key (not valid|expired)", re.IGNORECASE
)
# 403 is also used for what another key would not fix. OpenAI, Groq and OpenRouter: the
# user's region, a limit of the key, a project without the model, moderated input;
# Cloudflare: the network, or the program that asks.
_NOT_AUTH = re.compile(
    r"\b(country|region|territory)\b|\blimit exceeded\b|\bmoderation\b"
    r"|\bat the (project|organi[sz]ation) level\b|\berror code: \d",
    re.IGNORECASE,
)
_ABOUT_KEY = re.compile(
    r"\b(api[ _-]?)?keys?\b|\btokens?\b|credential|\bauth|unauthori[sz]ed|password"
    r"|\blog ?in\b|\bsign ?in\b|subscription|invalid_api_key|permission|forbidden"
    r"|access denied",
    re.IGNORECASE,
)
# What is written where nothing is at an address, of the web server or the framework.
_NO_PATH = re.compile(
    r"^\W*(\d{3}\W*)?(error\W*)?((the )?(page|file|resource|route|url|path|endpoint)\W*)?"
    r"(was )?not[ _]found\W*(error\W*)?$"
    r"|\b(invalid|unknown)( request)? (url|path|route|endpoint)\b"
    r"|\bunexpected endpoint\b|\bno route\b|\bcannot (get|post) /"
    r"|\burl was not found\b|^/\S* not found\W*$",
    re.IGNORECASE,
)
# Azure, Google and Alibaba.
_FILTERED = re.compile(
    r"\bcontent_filter\b|content management policy|ResponsibleAIPolicyViolation"
    r"|ContentPolicyViolation|data_?inspection_?failed|PROHIBITED_CONTENT",
    re.IGNORECASE,
)
# Groq, llama.cpp and Ollama. They quote the model's output, which may contain any word,
# so this pattern is matched before the others.
_GARBLED = re.compile(
    r"tool_use_failed|tool call validation failed|failed to parse input at pos"
    r"|error parsing tool call",
    re.IGNORECASE,
)

_BY_MESSAGE: tuple[
    tuple[frozenset[int], re.Pattern[str], type[CompletionError]], ...
] = (
    (frozenset({0, 400, 422, 500}), _GARBLED, GarbledAnswerError),
    (frozenset({400}), _OUTPUT_LIMIT, LengthLimitError),
    (frozenset({429}), _NO_CREDIT, QuotaError),
    (frozenset({400}), _WRONG_KEY, InvalidAuthError),
    (frozenset({0, 400, 403}), _FILTERED, ContentFilterError),
    (
        frozenset({0, 400, 404, 422, *range(500, 600)}),
        _MODEL_FAILED,
        ModelFailedError,
    ),
    (frozenset({0, 400, 429, *range(500, 600)}), _LOADING, ModelLoadingError),
    (frozenset({0, 400, 422, 500}), _CONTEXT_TOO_LONG, ContextTooLongError),
    (frozenset({413}), _TOO_MANY_TOKENS, ContextTooLongError),
    (
        frozenset({0, 400, 404, 415, 422, 500, 501}),
        _NO_IMAGES,
        ImagesNotSupportedError,
    ),
    (frozenset({0, 400, 403, 404, 422}), _MODEL_MISSING, ModelNotFoundError),
    (frozenset({403}), _NOT_AUTH, CompletionError),
)
"""Errors by statuses and a pattern in the message; status 0 means no status."""

_BY_STATUS: dict[int, type[CompletionError]] = {
    # The server failed after the response had begun, and gave no status.
    0: ServerFailedError,
    401: InvalidAuthError,
    402: QuotaError,
    403: InvalidAuthError,
    404: NotFoundError,
    408: ServerTimeoutError,
    413: RequestTooLargeError,
    429: RateLimitedError,
    502: ServerBusyError,
    503: ServerBusyError,
    504: ServerBusyError,
    529: ServerBusyError,
}


def error_from_status(
    status: int, body: object, retry_after: float | None = None
) -> CompletionError:
    """Return the error for an HTTP status and the body of the response.

    `body` is decoded JSON, or text. `retry_after` is in seconds.
    """
    detail, names = message_of(body)
    # A lone surrogate could neither be hashed nor stored.
    words = f"{names} {detail}"[:MAX_WORDS].encode(errors="replace").decode()
    kind = _error_class(status, words)
    if status in (0, 404) and detail and _NO_PATH.search(detail[:MAX_WORDS]):
        kind = NotFoundError
    elif kind is NotFoundError and detail:
        kind = NoEndpointError
    elif kind is InvalidAuthError and status == 403:
        is_about_key = _ABOUT_KEY.search(words) if detail else not is_page(body)
        kind = InvalidAuthError if is_about_key else CompletionError
    error = kind(readable(detail, body))
    error.status = status
    error.words = words
    error.retry_after = retry_after
    return error


def error_from_payload(body: Mapping[str, Any]) -> CompletionError | None:
    """Return the error in an event or in a body with status 200, None without one."""
    if not is_error(body):
        return None
    error = body.get("error")
    source = error if isinstance(error, Mapping) else body
    status = source.get("code") or source.get("status") or 0
    try:
        number = int(status)
    except TypeError, ValueError, OverflowError:
        number = 0
    return error_from_status(number, body)


def _error_class(status: int, words: str) -> type[CompletionError]:
    """Return the error class for a status and a message."""
    for statuses, pattern, kind in _BY_MESSAGE:
        if status in statuses and pattern.search(words):
            if kind is ContextTooLongError and is_about_length_option(words):
                return MaxTokensError
            return kind
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    return ServerFailedError if status >= 500 else CompletionError
