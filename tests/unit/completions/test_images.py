"""Test images in requests, and their rejection by a server."""

import pytest

from custom_components.openai_compatible_conversation.completions.error_mapping import (
    error_from_status,
)
from custom_components.openai_compatible_conversation.completions.errors import (
    ImagesNotSupportedError,
)
from custom_components.openai_compatible_conversation.completions.messages import (
    IMAGE_TOKENS,
    AssistantMessage,
    ImagePart,
    Message,
    SystemMessage,
    UserMessage,
    tokens,
)
from custom_components.openai_compatible_conversation.completions.profile import (
    DEFAULT_PROFILE,
    ServerProfile,
)
from custom_components.openai_compatible_conversation.completions.profile_learning import (
    candidates,
)
from custom_components.openai_compatible_conversation.completions.request import (
    build_body,
)
from custom_components.openai_compatible_conversation.completions.request_adapter import (
    adapt_request,
)
from custom_components.openai_compatible_conversation.session.serialization import (
    turn_to_json,
)
from custom_components.openai_compatible_conversation.session.turns import normalize

IMAGE = ImagePart("image/png", "cGl4ZWxz")
PART = {"type": "image_url", "image_url": {"url": "data:image/png;base64,cGl4ZWxz"}}
QUESTION = UserMessage("What is it?", (IMAGE,))


def test_content_parts() -> None:
    """A message with images is sent as content parts, text first; others as text."""
    body = build_body("m", [UserMessage("Hi"), QUESTION], stream=False)
    plain, with_image = body["messages"]
    assert plain == {"role": "user", "content": "Hi"}
    assert with_image == {
        "role": "user",
        "content": [{"type": "text", "text": "What is it?"}, PART],
    }


def test_consecutive_messages_merged() -> None:
    """Consecutive user messages are merged by joining their content parts."""
    chat: list[Message] = [
        SystemMessage("Be brief."),
        QUESTION,
        AssistantMessage("A cat."),
        QUESTION,
        UserMessage("Sure?"),
    ]
    body = build_body("m", chat, stream=False)
    messages = adapt_request(body, ServerProfile(system=False, alternate=True))[
        "messages"
    ]
    first, _, last = messages
    question = {"type": "text", "text": "What is it?"}
    assert first == {
        "role": "user",
        "content": [{"type": "text", "text": "Be brief."}, question, PART],
    }
    assert last == {
        "role": "user",
        "content": [question, PART, {"type": "text", "text": "Sure?"}],
    }


def test_images_replaced_by_note() -> None:
    """A normalized turn has a note in place of images, also when it is stored."""
    turn = normalize(
        [QUESTION, AssistantMessage("A cat."), UserMessage("Both?", (IMAGE, IMAGE))]
    )
    assert turn.messages[0] == UserMessage("What is it?\n(with 1 image)")
    assert turn.messages[2] == UserMessage("Both?\n(with 2 images)")
    assert turn_to_json(turn)[0] == {"user": "What is it?\n(with 1 image)"}


def test_image_size() -> None:
    """An image takes as many tokens as any other, whatever the length of its data."""
    large = UserMessage("What is it?", (ImagePart("image/png", "A" * 1_000_000),))
    without = UserMessage("What is it?")
    assert tokens(large, len) == tokens(QUESTION, len)
    assert tokens(large, len) == tokens(without, len) + IMAGE_TOKENS


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (
            500,
            "image input is not supported - hint: you may need to provide the mmproj",
        ),
        (400, "The server was not compiled for multimodal"),
        (400, "At most 0 image(s) may be provided in one prompt."),
        (400, "acme/text-7b is not a multimodal model"),
        (400, "Invalid content type. image_url is only supported by certain models."),
        (404, "No endpoints found that support image input"),
        (400, "this model does not support image input (ref: 1-2)"),
        (400, '"acme/text" does not support vision'),
        (500, "this model is missing data required for image input"),
        (400, "Model does not support images. Please use a model that does."),
        (400, "Image input is not enabled for this model"),
        (
            400,
            "Failed to deserialize: unknown variant `image_url`, expected `text`",
        ),
        (422, "Content type 'image_url' is not supported by this model"),
        (404, "Only 'text' content type is supported."),
    ],
)
def test_images_not_supported(status: int, words: str) -> None:
    """A server that does not support images is detected and teaches no profile."""
    error = error_from_status(status, {"error": {"message": words}})
    assert isinstance(error, ImagesNotSupportedError)
    body = build_body("m", [QUESTION], stream=True)
    assert not [*candidates(DEFAULT_PROFILE, error, body)]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "The server does not support image format TIFF"),
        (400, "At most 1 image(s) may be provided in one prompt."),
        (400, "Invalid image_url: the image cannot be decoded"),
        (400, "The image is too small"),
        (400, "unsupported parameter: top_k"),
        (404, "Not Found"),
        (500, "Internal error while the image was read"),
    ],
)
def test_other_image_errors(status: int, words: str) -> None:
    """An error about one image does not mean that images are not supported."""
    error = error_from_status(status, {"error": {"message": words}})
    assert not isinstance(error, ImagesNotSupportedError)


@pytest.mark.parametrize(
    "words",
    [
        "response_format is not supported",
        "This response_format type is unavailable now",
        "json_schema: unsupported",
        "failed to parse grammar",
        "Structured outputs are not available for this model",
    ],
)
def test_response_format_rejected(words: str) -> None:
    """A server that rejects structured output is asked without response format."""
    error = error_from_status(400, {"error": {"message": words}})
    body = build_body(
        "m", [UserMessage("Hi")], stream=True, extra={"response_format": {}}
    )
    without = DEFAULT_PROFILE.without(body, "response_format")
    assert without in [
        item.profile for item in candidates(DEFAULT_PROFILE, error, body)
    ]
