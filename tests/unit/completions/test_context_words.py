"""Test whether the prompt or the length option is what is too long."""

import pytest

from custom_components.openai_compatible_conversation.completions.error_mapping import (
    error_from_status,
)
from custom_components.openai_compatible_conversation.completions.errors import (
    CompletionError,
    ContextTooLongError,
    MaxTokensError,
    RequestTooLargeError,
)

LENGTH_OPTION = {
    "vLLM": (
        "'max_tokens' or 'max_completion_tokens' is too large: 5000. This model's "
        "maximum context length is 4096 tokens and your request has 500 input tokens "
        "(5000 > 4096 - 500)."
    ),
    "vLLM, before": (
        "This model's maximum context length is 6048 tokens. However, you requested "
        "6616 tokens (568 in the messages, 6048 in the completion). Please reduce the "
        "length of the messages or completion."
    ),
    "OpenRouter": (
        "This endpoint's maximum context length is 32,768 tokens. However, you "
        "requested about 40,000 tokens (3,000 of text input, 5,000 of tool input, "
        "32,000 in the output). Please reduce the length of either one."
    ),
    "Anthropic": (
        "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, "
        "decrease input length or `max_tokens` and try again; context window"
    ),
    "SGLang": (
        "Requested token count exceeds the model's maximum context length of 4096 "
        "tokens. You requested a total of 5000 tokens: 200 tokens from the input "
        "messages and 4800 tokens for the completion."
    ),
    "Groq": (
        "`max_tokens` must be less than or equal to `8192`, the maximum value for "
        "`max_tokens` is less than the `context_window` for this model"
    ),
}
PROMPT = {
    "vLLM": (
        "This model's maximum context length is 16384 tokens. However, you requested "
        "122946 tokens (112946 in the messages, 10000 in the completion)."
    ),
    "vLLM, no option": (
        "This model's maximum context length is 4096 tokens. However, your messages "
        "resulted in 4200 tokens. Please reduce the length of the messages."
    ),
    "vLLM, negative": "max_tokens must be at least 1, got -186.",
    "llama.cpp": (
        "the request exceeds the available context size, try increasing the context "
        "size or enable context shift"
    ),
    "Anthropic": (
        "input length and `max_tokens` exceed context limit: 210000 + 20000 > 200000; "
        "context window"
    ),
    "Mistral": (
        "Prompt contains 40000 tokens, too large for model with 32768 maximum context "
        "length; max_tokens is not the reason"
    ),
    "OpenAI": (
        "Input tokens exceed the configured limit: reduce the length of the messages."
    ),
}


@pytest.mark.parametrize("words", LENGTH_OPTION.values(), ids=LENGTH_OPTION)
def test_length_option(words: str) -> None:
    """A prompt that fits by itself is not what is too long."""
    assert type(error_from_status(400, {"message": words})) is MaxTokensError


@pytest.mark.parametrize("words", PROMPT.values(), ids=PROMPT)
def test_prompt(words: str) -> None:
    """A prompt that does not fit by itself is too long, whatever is asked for."""
    assert type(error_from_status(400, {"message": words})) is ContextTooLongError


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<html><h1>413 Request Entity Too Large</h1></html>", RequestTooLargeError),
        ("", RequestTooLargeError),
        (
            {
                "error": {
                    "type": "request_too_large",
                    "message": "Request exceeds the maximum size",
                }
            },
            RequestTooLargeError,
        ),
        ({"message": "request entity too large"}, RequestTooLargeError),
        (
            {
                "error": {
                    "message": "Request too large for model `m`, tokens per minute: "
                    "Limit 6000, Requested 7000, please reduce your message size",
                    "code": "rate_limit_exceeded",
                }
            },
            ContextTooLongError,
        ),
        ({"error": "The prompt is too long"}, ContextTooLongError),
    ],
)
def test_status_413(body: object, kind: type[CompletionError]) -> None:
    """A web server's limit is about the size of the request, not about the prompt."""
    assert type(error_from_status(413, body)) is kind
