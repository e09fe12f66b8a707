"""What was learned of a server, by model."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
import time
from typing import Any

from .lessons import LearnedModel, Lesson, is_passing
from .profile import DEFAULT_PROFILE, ServerProfile, Trait

MAX_MODELS = 20
"""Maximum number of models that are stored; the oldest are dropped."""

type Learned = tuple[Trait, Lesson]


def _seconds() -> float:
    """Return the seconds since the epoch."""
    return time.time()


class LearnedProfiles:
    """The server profiles of the models that were used, with the lessons in them.

    `on_changed` is called after each change of what is stored.
    """

    def __init__(self, now: Callable[[], float] = _seconds) -> None:
        """Initialize empty; `now` returns seconds since the epoch."""
        self.on_changed: Callable[[], None] | None = None
        self.models: dict[str, LearnedModel] = {}
        self.versions: dict[str, str] = {}
        """Versions of the server, as its last response told them, by model."""
        self.generation = 0
        """Grows each time that everything is forgotten."""
        self._now = now
        self._checking: set[tuple[str, Trait]] = set()

    def profile(self, model: str) -> ServerProfile:
        """Return the profile of a model."""
        return known.profile if (known := self.models.get(model)) else DEFAULT_PROFILE

    def lessons(self, model: str) -> Mapping[Trait, Lesson]:
        """Return the lessons of a model."""
        return known.lessons if (known := self.models.get(model)) else {}

    def profile_without(self, model: str, traits: Iterable[Trait]) -> ServerProfile:
        """Return the profile of a model without some of its lessons."""
        known = self.models.get(model)
        return known.profile_without(*traits) if known else DEFAULT_PROFILE

    def observe(self, model: str, trait: Trait) -> None:
        """Keep what a response of a model showed."""
        known = self.models.get(model) or LearnedModel()
        if known.observe(trait):
            self.models[model] = known
            self._changed()

    def due(self, model: str) -> Iterator[Trait]:
        """Yield the lessons of a model that should be checked with its next request.

        Those that another request is checking are left out.
        """
        if known := self.models.get(model):
            for trait in known.due(self._now(), self._version(model)):
                if (model, trait) not in self._checking:
                    yield trait

    def begin_check(self, model: str, trait: Trait) -> None:
        """Note that a request is sent without a lesson."""
        self._checking.add((model, trait))

    def end_check(self, model: str, trait: Trait) -> None:
        """Note that this request is over."""
        self._checking.discard((model, trait))

    def confirm(self, model: str, trait: Trait) -> None:
        """Keep a lesson, without which a request was refused."""
        if known := self.models.get(model):
            known.confirm(trait, self._now(), self._version(model))
            self._changed()

    def add(self, model: str, learned: Iterable[Learned]) -> None:
        """Keep lessons that led to a request that was accepted."""
        version, now = self._version(model), self._now()
        for trait, lesson in learned:
            self._model(model).add(
                trait,
                replace(
                    lesson,
                    learned_at=now,
                    confirmed_at=now,
                    versions=(version,) if version else (),
                ),
            )
            self._changed()

    def remove(self, model: str, traits: Iterable[Trait]) -> None:
        """Take lessons back."""
        if (known := self.models.get(model)) and known.remove(traits):
            self._changed()

    def end_session(self) -> None:
        """Forget what is kept for the session only."""
        for known in self.models.values():
            known.remove(
                [item[0] for item in known.lessons.items() if is_passing(*item)]
            )

    def forget(self) -> int:
        """Forget all lessons, and what responses showed; return how many lessons."""
        count = sum(len(known.lessons) for known in self.models.values())
        self.models.clear()
        self._checking.clear()
        self.generation += 1
        self._changed()
        return count

    def to_json(self) -> dict[str, Any]:
        """Return what is known of the latest models as a JSON object."""
        latest = list(self.models.items())[-MAX_MODELS:]
        return {
            "models": {name: known.to_json() for name, known in latest},
            "lessons": {name: known.lessons_to_json() for name, known in latest},
        }

    def load(self, stored: Mapping[str, Any]) -> None:
        """Add stored models; anything invalid is ignored."""
        models, lessons = stored.get("models"), stored.get("lessons")
        known = lessons if isinstance(lessons, Mapping) else {}
        for name, model in models.items() if isinstance(models, Mapping) else ():
            self.models[str(name)] = LearnedModel.from_json(model, known.get(name))

    def _version(self, model: str) -> str:
        """Return the version of the server of a model, empty if it is not known."""
        return self.versions.get(model, "")

    def _model(self, name: str) -> LearnedModel:
        """Return what is known of a model, which becomes the latest."""
        known = self.models.pop(name, LearnedModel())
        self.models[name] = known
        return known

    def _changed(self) -> None:
        """Report a change."""
        if self.on_changed:
            self.on_changed()
