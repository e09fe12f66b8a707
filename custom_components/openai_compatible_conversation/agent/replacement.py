"""What is said in the place of a model that has nothing to say."""

from dataclasses import dataclass

from ..speech.confirmation import confirmation, failure
from ..tools.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Replacement:
    """A text that is true, and whether it says that tool calls failed."""

    text: str
    is_failure: bool = False


def replacement(outcome: Outcome, language: str, unspoken: str) -> Replacement | None:
    """Return what can be said in place of an empty response, None if nothing can.

    `unspoken` is what was removed from the response: if nothing was done, an emoji may
    be all that the model has to say.
    """
    if failures := outcome.failures:
        failed = failure(language, failures)
        done = confirmation(language, acts) if (acts := outcome.acts) else ""
        return Replacement(f"{done} {failed}".lstrip(), is_failure=True)
    if outcome.has_acted:
        return Replacement(confirmation(language))
    text = unspoken.strip()
    return Replacement(text) if text else None
