"""Benchmark of the token budget: what a turn's counting takes, and how true it is.

The tokenizer is a recorded one of a real model, in a home that speaks Hindi.
"""

import time
from typing import Any

from custom_components.openai_compatible_conversation.budgets.budgets import Budgets
from testbed.hindi_home import dialogue, entities
from testbed.tokenizer import RecordedTokenizer

from .measure import tell

TURNS = 60
LEARNED = 3
"""Turns after which the tokens of a request have to be known."""

MAX_ERROR = 0.03
"""Maximum error of the tokens of a request afterwards, as a share."""

MAX_TIME = 1.0
"""Maximum milliseconds for a turn, the slowest one but the first."""


def run() -> bool:
    """Run the benchmark; return whether the goals were met."""
    tokenizer, budgets = RecordedTokenizer(), Budgets()
    rates = budgets.of("m").rates
    names = "\n".join(
        f"- names: {name}\n  areas: {area}" for _, name, area in entities()
    )
    messages: list[dict[str, Any]] = [{"role": "system", "content": names}]
    body = {"model": "m", "messages": messages}
    errors, durations = [], []
    for said, answer in dialogue(TURNS):
        messages.append({"role": "user", "content": said})
        counted = tokenizer.prompt_tokens(body)
        expected = rates.expected(rates.meter.measure(body))
        began = time.process_time()
        budgets.add_count(body, counted, 0)
        sum(rates.tokens(message["content"]) for message in messages[1:])
        durations.append((time.process_time() - began) * 1000)
        errors.append(abs(expected / counted - 1))
        messages.append({"role": "assistant", "content": answer})
    error, duration = max(errors[LEARNED:]), max(durations[1:])
    tell(f"budget: {TURNS} turns in Hindi, the last request {counted:,} tokens")
    tell(f"  error after {LEARNED} turns {error:.1%} (goal: {MAX_ERROR:.0%} at most)")
    tell(f"  counting a turn {duration:.2f} ms (goal: {MAX_TIME:.0f} ms at most)")
    return error <= MAX_ERROR and duration <= MAX_TIME
