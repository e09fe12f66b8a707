"""CPU time of the speech filters per character."""

import gc
import time

from custom_components.openai_compatible_conversation.speech.pipeline import (
    SpeechPipeline,
)

from .measure import interleaved, tell

MAX_MICROSECONDS = 2.0
"""Goal: maximum microseconds per character of the whole pipeline."""
MAX_RATIO = 1.5
"""Goal: maximum cost per character of a long response relative to a short one."""

ROUNDS = 9
PROSE = (
    "The **living room** lights are on, and it is 21.5 °C outside. "
    "See [the manual](https://example.org/lights) for more 👍.\n"
    "- Kitchen: off\n- Bedroom: 2 * 3 = 6 lamps\n"
)
SHORT, LONG = PROSE * 5, PROSE * 500


def _run(text: str, size: int, *, strip_markup: bool) -> None:
    """Filter a text in chunks of a size in characters."""
    speech = SpeechPipeline(strip_markup=strip_markup)
    for start in range(0, len(text), size):
        for _ in speech.feed(text[start : start + size]):
            pass
    for _ in speech.flush():
        pass


def run() -> bool:
    """Print the cost per character, and return whether the goals are met."""
    subjects = {
        f"{'clean' if strip_markup else 'as it is'}, {size} characters a piece": (
            size,
            strip_markup,
        )
        for size in (1, 4, 100)
        for strip_markup in (True, False)
    }
    costs = interleaved(
        {
            name: lambda size=size, strip_markup=strip_markup: _run(
                LONG, size, strip_markup=strip_markup
            )  # type: ignore[misc]
            for name, (size, strip_markup) in subjects.items()
        },
        units=len(LONG),
        rounds=ROUNDS,
    )
    tell("speech: the filter chain, per character (median and spread)")
    for name, cost in costs.items():
        tell(f"  {name:32}{cost}")
    worst = max(cost.median for cost in costs.values())
    ratio = _ratio()
    tell(f"  most: {worst:.2f} µs, goal: under {MAX_MICROSECONDS} µs")
    tell(f"  long answer against short: {ratio:.2f}, goal: under {MAX_RATIO}")
    return worst < MAX_MICROSECONDS and ratio < MAX_RATIO


def _ratio() -> float:
    """Return the cost per character of a long response relative to a short one."""
    best = {}
    for text in (SHORT, LONG):
        repeats = len(LONG) // len(text)
        times = []
        for _ in range(5):
            gc.collect()
            begin = time.perf_counter()
            for _ in range(repeats):
                _run(text, 4, strip_markup=True)
            times.append((time.perf_counter() - begin) / (repeats * len(text)))
        best[text] = min(times)
    return best[LONG] / best[SHORT]
