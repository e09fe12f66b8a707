"""What the filters between the model's text and the voice cost, a character."""

import gc
import time

from custom_components.openai_compatible_conversation.speech.pipeline import (
    SpeechPipeline,
)

from .measure import interleaved, tell

GOAL = 2.0
"""Microseconds a character that the chain may add."""
FLAT = 1.5
"""How much more a character of a long answer may cost than one of a short one."""

ROUNDS = 9
PROSE = (
    "The **living room** lights are on, and it is 21.5 °C outside. "
    "See [the manual](https://example.org/lights) for more 👍.\n"
    "- Kitchen: off\n- Bedroom: 2 * 3 = 6 lamps\n"
)
SHORT, LONG = PROSE * 5, PROSE * 500


def _run(text: str, size: int, *, clean: bool) -> None:
    """Filter a text that comes in pieces of a size."""
    speech = SpeechPipeline(strip_markup=clean)
    for start in range(0, len(text), size):
        for _ in speech.feed(text[start : start + size]):
            pass
    for _ in speech.flush():
        pass


def run() -> bool:
    """Print what a character costs, and return whether the goals were met."""
    subjects = {
        f"{'clean' if clean else 'as it is'}, {size} characters a piece": (size, clean)
        for size in (1, 4, 100)
        for clean in (True, False)
    }
    costs = interleaved(
        {
            name: lambda size=size, clean=clean: _run(LONG, size, clean=clean)  # type: ignore[misc]
            for name, (size, clean) in subjects.items()
        },
        units=len(LONG),
        rounds=ROUNDS,
    )
    tell("speech: the filter chain, per character (median and spread)")
    for name, cost in costs.items():
        tell(f"  {name:32}{cost}")
    worst = max(cost.median for cost in costs.values())
    ratio = _ratio()
    tell(f"  most: {worst:.2f} µs, goal: under {GOAL} µs")
    tell(f"  long answer against short: {ratio:.2f}, goal: under {FLAT}")
    return worst < GOAL and ratio < FLAT


def _ratio() -> float:
    """Return what a character of a long answer costs against one of a short one."""
    best = {}
    for text in (SHORT, LONG):
        repeats = len(LONG) // len(text)
        times = []
        for _ in range(5):
            gc.collect()
            begin = time.perf_counter()
            for _ in range(repeats):
                _run(text, 4, clean=True)
            times.append((time.perf_counter() - begin) / (repeats * len(text)))
        best[text] = min(times)
    return best[LONG] / best[SHORT]
