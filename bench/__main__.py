"""Run the named benchmarks, by default all."""

import argparse
import asyncio
from collections.abc import Callable
from pathlib import Path
import sys

from . import (
    budget,
    day,
    disk,
    memory,
    prefix,
    prewarm,
    session,
    slots,
    speech,
    tools,
    turns,
    voice,
    wire,
)

PARTS: dict[str, Callable[[], bool]] = {
    "wire": wire.run,
    "speech": speech.run,
    "session": session.run,
    "disk": disk.run,
    "budget": budget.run,
    "tools": tools.run,
    "memory": memory.run,
    "turns": turns.run,
    "prefix": prefix.run,
    "day": day.run,
    "prewarm": prewarm.run,
    "slots": slots.run,
    "voice": voice.run,
}
"""Benchmarks by name; each prints its results, and returns whether its goals were met."""


def main() -> int:
    """Run benchmarks; return the exit code."""
    parser = argparse.ArgumentParser(prog="script/bench")
    parser.add_argument("part", nargs="*", choices=PARTS, metavar="PART")
    parser.add_argument("--json", type=Path, help="for the results of turns")
    parser.add_argument(
        "--svg", type=Path, help="for a picture of the results of turns"
    )
    args = parser.parse_args()
    runs = PARTS | {"turns": lambda: turns.run(args.json, args.svg)}
    met = [runs[name]() for name in args.part or PARTS]
    return 0 if all(met) else 1


try:
    sys.exit(main())
except KeyboardInterrupt, asyncio.CancelledError:
    sys.exit(130)
