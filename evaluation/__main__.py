"""Run the tasks against a model server, and print how many were passed."""

import argparse
import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
import os
from pathlib import Path
import signal
import sys
from typing import Any

import aiohttp

from bench.measure import tell
from homeassistant.const import __version__
from testbed.assistant import SetUpError
from testbed.hass import Hass, HassError
from testbed.rules import model
from testbed.server import ModelServer
from testbed.websocket import CommandError

from .contestants import set_ups
from .house import HouseError, open_house
from .inventory import YAML
from .meter import Meter
from .report import as_json, show, tell_result
from .run import Result, Runner
from .tasks import KINDS, Task, load_tasks, spread


@dataclass(frozen=True)
class Server:
    """The model server that is evaluated."""

    base_url: str
    api_key: str | None = None
    model: str | None = None


@dataclass
class Run:
    """A run with its results so far, which are reported however it ends."""

    args: argparse.Namespace
    tasks: Sequence[Task]
    about: dict[str, Any] = field(default_factory=dict)
    results: list[Result] = field(default_factory=list)

    async def perform(self) -> None:
        """Run all tasks with each contestant in a Home Assistant."""
        task = asyncio.current_task()
        assert task is not None
        for number in (signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        async with (
            _server(scripted=self.args.scripted) as server,
            Meter(server.base_url) as meter,
            Hass(extra=YAML) as hass,
            hass.client() as client,
            open_house(client) as house,
        ):
            for set_up in set_ups(beside=self.args.beside):
                with meter.counting():
                    contestant = await set_up(
                        client, meter.base_url, server.api_key, server.model
                    )
                self._begin(server, contestant.model)
                runner = Runner(house, contestant, meter, self.args.time_limit)
                await runner.warm_up()
                for item in self.tasks:
                    result = await runner.run(item)
                    self.results.append(result)
                    tell_result(result, verbose=self.args.verbose)

    def report(self) -> None:
        """Print the table, and write the results if a file is named."""
        if self.results:
            show(self.results)
        if self.args.json:
            self.args.json.write_text(as_json(self.results, self.about), "utf-8")

    def _begin(self, server: Server, model_name: str) -> None:
        """Print and keep what the results are measured with."""
        if self.about:
            return
        self.about = {
            "model": model_name,
            "server": "scripted" if self.args.scripted else server.base_url,
            "home_assistant": __version__,
            "date": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        tell(
            f"{len(self.tasks)} tasks with the model {model_name} at "
            f"{self.about['server']}, Home Assistant {__version__}"
        )


@asynccontextmanager
async def _server(*, scripted: bool) -> AsyncGenerator[Server]:
    """Yield the server named by the environment, or a scripted one."""
    if scripted:
        async with ModelServer(model) as server:
            yield Server(server.base_url)
    else:
        yield Server(
            os.environ["OPENAI_BASE_URL"],
            os.environ.get("OPENAI_API_KEY"),
            os.environ.get("OPENAI_MODEL"),
        )


def _arguments(tasks: Sequence[Task]) -> argparse.Namespace:
    """Return the parsed command line arguments."""
    languages = dict.fromkeys(task.language for task in tasks)
    parser = argparse.ArgumentParser(prog="script/eval")
    parser.add_argument("--beside", action="store_true")
    parser.add_argument("--scripted", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--kind", nargs="+", choices=KINDS, metavar="KIND")
    parser.add_argument("--language", choices=languages)
    parser.add_argument(
        "--task", nargs="+", choices=[t.id for t in tasks], metavar="ID"
    )
    parser.add_argument("--limit", type=int)
    parser.add_argument("--time-limit", type=float, default=180, metavar="SECONDS")
    parser.add_argument("--verbose", action="store_true")
    args = parser.parse_args()
    if not args.scripted and not os.environ.get("OPENAI_BASE_URL"):
        parser.error("OPENAI_BASE_URL is not set: which server is to be evaluated?")
    return args


def _chosen(tasks: Sequence[Task], args: argparse.Namespace) -> Sequence[Task]:
    """Return the tasks that the arguments select."""
    chosen = [
        task
        for task in tasks
        if (not args.kind or task.kind in args.kind)
        and (not args.language or task.language == args.language)
        and (not args.task or task.id in args.task)
    ]
    return chosen if args.limit is None else spread(chosen, args.limit)


def main() -> int:
    """Evaluate a server; return the exit code."""
    tasks = load_tasks()
    args = _arguments(tasks)
    run = Run(args, _chosen(tasks, args))
    try:
        asyncio.run(run.perform())
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
    run.report()
    return code


if __name__ == "__main__":
    sys.exit(main())
