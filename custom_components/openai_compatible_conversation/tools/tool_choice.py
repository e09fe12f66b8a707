"""Which tools are sent to a server that does not take all of them.

Does not depend on Home Assistant.

Decision record: docs/decisions/0007-tools-on-demand.md.
"""

from collections.abc import Sequence

from ..session.session_state import SessionState
from .selection import Toolset

SPARE = 8
"""The number of tools for which room is left, as many as a search finds; with many
tools, the part of them.

Otherwise each tool that is found would take the place of another one, and move those
behind it, which invalidates the server's prompt cache.
"""


def choose_tools(
    state: SessionState,
    tools: Toolset,
    offered: Sequence[str],
    called: Sequence[str],
    count: int,
) -> list[str]:
    """Return the names of the tools to send, at most `count`.

    `offered` are all that would be sent, `called` those called in the request's
    history, the last one last. What has to be sent comes first: the tools of the
    integration, what was called or found last, then the most used tools of the home.
    The tools of the last such request stay, in their order, as long as there is room.
    """
    available = {tools.search, *tools.always, *offered}
    wanted = [*state.wanted_tools, *called]
    needed = [
        name
        for name in dict.fromkeys([tools.search, *tools.always, *reversed(wanted)])
        if name in available
    ]
    kept = [name for name in state.chosen_tools.get(count, ()) if name in available]
    missing = [name for name in needed if name not in kept]
    if kept and len(kept) + len(missing) <= count:
        chosen = [*kept, *missing]
    else:
        ranked = dict.fromkeys([*needed, *tools.usual(list(offered)), *kept, *offered])
        room = max(
            count - max(SPARE, count // SPARE), count // 2, min(len(needed), count)
        )
        best = list(ranked)[:room]
        stay = [name for name in kept if name in best]
        chosen = [*stay, *(name for name in best if name not in stay)]
    state.chosen_tools[count] = chosen
    return chosen
