"""Runs the measurements that are named, all of them if none is."""

import asyncio
from collections.abc import Callable
import sys

from . import memory, prefix, session, speech, tools, wire

PARTS: dict[str, Callable[[], bool]] = {
    "wire": wire.run,
    "speech": speech.run,
    "session": session.run,
    "tools": tools.run,
    "memory": memory.run,
    "prefix": prefix.run,
}
"""Each part prints what it measured, and returns whether its goals were met."""


def main(names: list[str]) -> int:
    """Run parts by their names; return the exit code."""
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        sys.stderr.write(
            f"bench: no part {unknown[0]}; there are: {', '.join(PARTS)}\n"
        )
        return 2
    met = [PARTS[name]() for name in names or PARTS]
    return 0 if all(met) else 1


try:
    sys.exit(main(sys.argv[1:]))
except KeyboardInterrupt, asyncio.CancelledError:
    sys.exit(130)
