"""What the evaluations have in common as commands: server, arguments, start and end."""

from abc import ABC, abstractmethod
import argparse
import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
import os
from pathlib import Path
import signal
from typing import Any, Protocol

import aiohttp

from bench.measure import tell
from homeassistant.const import __version__
from testbed.assistant import SetUpError
from testbed.hass import Hass, HassError
from testbed.replies import Answer, Body
from testbed.server import ModelServer
from testbed.websocket import CommandError

from .house import House, HouseError, open_house
from .inventory import YAML
from .meter import Meter
from .tasks import spread


@dataclass(frozen=True)
class Server:
    """The model server that is evaluated."""

    base_url: str
    api_key: str | None = None
    model: str | None = None


@dataclass(frozen=True)
class Place:
    """Where an evaluation takes place: a house with a model server behind a proxy."""

    server: Server
    meter: Meter
    hass: Hass
    house: House


@dataclass
class Run(ABC):
    """A run with its results so far, which are reported however it ends."""

    args: argparse.Namespace
    scripted: Callable[[Body], Answer]
    """The model that is evaluated to test the command."""
    about: dict[str, Any] = field(default_factory=dict, init=False)

    @abstractmethod
    async def perform(self, place: Place) -> None:
        """Evaluate the server, and keep the results."""

    @abstractmethod
    def report(self) -> None:
        """Report the results so far."""

    def main(self) -> int:
        """Perform and report; return the exit code."""
        try:
            asyncio.run(self._run())
        except (
            *(HassError, HouseError, SetUpError, CommandError),
            *(aiohttp.ClientError, OSError, TimeoutError),
        ) as err:
            tell(f"FAILED: {err or type(err).__name__}")
            code = 1
        except KeyboardInterrupt, asyncio.CancelledError:
            code = 130
        else:
            code = 0
        self.report()
        return code

    def begin(self, server: Server, model_name: str, what: str) -> None:
        """Print and keep what the results are measured with, once."""
        if self.about:
            return
        self.about = {
            "model": model_name,
            "server": "scripted" if self.args.scripted else server.base_url,
            "home_assistant": __version__,
            "date": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        tell(
            f"{what} with the model {model_name} at "
            f"{self.about['server']}, Home Assistant {__version__}"
        )

    async def _run(self) -> None:
        """Perform in a Home Assistant, until a signal ends it."""
        task = asyncio.current_task()
        assert task is not None
        for number in (signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        async with self._place() as place:
            await self.perform(place)

    @asynccontextmanager
    async def _place(self) -> AsyncGenerator[Place]:
        """Yield a Home Assistant with a furnished house."""
        async with AsyncExitStack() as stack:
            server = await stack.enter_async_context(self._server())
            meter = await stack.enter_async_context(Meter(server.base_url))
            hass = await stack.enter_async_context(Hass(extra=YAML))
            client = await stack.enter_async_context(hass.client())
            house = await stack.enter_async_context(open_house(client))
            yield Place(server, meter, hass, house)

    @asynccontextmanager
    async def _server(self) -> AsyncGenerator[Server]:
        """Yield the server named by the environment, or a scripted one."""
        if self.args.scripted:
            async with ModelServer(self.scripted) as server:
                yield Server(server.base_url)
        else:
            yield Server(
                os.environ["OPENAI_BASE_URL"],
                os.environ.get("OPENAI_API_KEY"),
                os.environ.get("OPENAI_MODEL"),
            )


class Item(Protocol):
    """A task or a dialogue."""

    @property
    def id(self) -> str:
        """Return the name by which it is chosen."""

    @property
    def language(self) -> str:
        """Return the language in which something is said."""


def parser_of(
    program: str, name: str, items: Iterable[Item], kinds: Iterable[str]
) -> argparse.ArgumentParser:
    """Return a parser with the arguments that every evaluation takes.

    `name` is that of an argument that chooses items by their ids.
    """
    languages = dict.fromkeys(item.language for item in items)
    parser = argparse.ArgumentParser(prog=program)
    parser.add_argument("--scripted", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--kind", nargs="+", choices=kinds, metavar="KIND")
    parser.add_argument("--language", choices=languages)
    parser.add_argument(
        f"--{name}",
        nargs="+",
        choices=[item.id for item in items],
        metavar="ID",
        dest="ids",
    )
    parser.add_argument("--limit", type=int)
    parser.add_argument("--time-limit", type=float, default=180, metavar="SECONDS")
    parser.add_argument("--verbose", action="store_true")
    return parser


def parse(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """Return the parsed arguments; ends the process if no server is named."""
    args = parser.parse_args()
    if not args.scripted and not os.environ.get("OPENAI_BASE_URL"):
        parser.error("OPENAI_BASE_URL is not set: which server is to be evaluated?")
    return args


def chosen[T: Item](
    items: Iterable[T], args: argparse.Namespace, kind: Callable[[T], str]
) -> list[T]:
    """Return the items that the arguments choose."""
    found = [
        item
        for item in items
        if (not args.kind or kind(item) in args.kind)
        and (not args.language or item.language == args.language)
        and (not args.ids or item.id in args.ids)
    ]
    return found if args.limit is None else spread(found, args.limit, kind)
