"""Run the tasks against a model server, and print how many were passed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
import sys
from typing import override

from testbed.rules import model

from . import memory
from .command import Place, Run, chosen, parse, parser_of
from .contestants import set_ups
from .report import as_json, show, tell_result
from .run import Result, Runner
from .tasks import KINDS, Task, load_tasks


@dataclass
class TaskRun(Run):
    """A run of tasks with each contestant."""

    tasks: Sequence[Task]
    results: list[Result] = field(default_factory=list)

    @override
    async def perform(self, place: Place) -> None:
        """Run all tasks with each contestant in a Home Assistant."""
        server, meter = place.server, place.meter
        for set_up in set_ups(beside=self.args.beside):
            with meter.counting():
                contestant = await set_up(
                    place.house.client, meter.url, server.api_key, server.model
                )
            self.begin(server, contestant.model, f"{len(self.tasks)} tasks")
            runner = Runner(place.house, contestant, meter, self.args.time_limit)
            await runner.warm_up()
            for item in self.tasks:
                result = await runner.run(item)
                self.results.append(result)
                tell_result(result, verbose=self.args.verbose)

    @override
    def report(self) -> None:
        """Print the table, and write the results if a file is named."""
        if self.results:
            show(self.results)
        if self.args.json:
            self.args.json.write_text(as_json(self.results, self.about), "utf-8")


def main() -> int:
    """Evaluate a server; return the exit code."""
    if sys.argv[1:2] == ["memory"]:
        del sys.argv[1]
        return memory.main()
    tasks = load_tasks()
    parser = parser_of("script/eval", "task", tasks, KINDS)
    parser.add_argument("--beside", action="store_true")
    args = parse(parser)
    return TaskRun(args, model, chosen(tasks, args, lambda task: task.kind)).main()


if __name__ == "__main__":
    sys.exit(main())
