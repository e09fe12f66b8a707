"""A story that the scripted model tells, and where it was interrupted."""

from .phrases import match_request, speak
from .replies import Answer
from .request_view import RequestView

STORY = "Once there was a light that nobody turned off. " + " ".join(
    f"It shone on day {day}, and on the night after it." for day in range(1, 30)
)


def tell_story(request: RequestView) -> Answer | None:
    """Tell a story that takes long."""
    return speak(request, STORY) if match_request(request, "tell me a story") else None


def tell_place(request: RequestView) -> Answer | None:
    """Tell where the last answer was interrupted."""
    if not match_request(request, "where were we"):
        return None
    if "answer was interrupted" not in str(request.body["messages"][-1]["content"]):
        return speak(request, "At the end.")
    *_, heard, _ = request.chat_texts
    return speak(request, f'You stopped me at "{" ".join(heard.split()[-3:])}".')
