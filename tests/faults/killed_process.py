"""A process that is killed after the result of a turn, and before the turn is on disk.

`python -m tests.faults.killed_process FOLDER` runs with a config folder. The text of a
turn is printed once its result is there.
"""

import asyncio
import os
import signal
import sys

from homeassistant.core import HomeAssistant

from .slow_disk import slow_disk, write_with_one_thread
from .test_slow_disk import House


async def live(folder: str) -> None:
    """Run a turn that is written, and another one that is not."""
    write_with_one_thread()
    house = House(HomeAssistant(folder))
    await house.session.async_load()
    house.session.async_start()
    await house.say("one")
    await house.session.async_flush()
    os.write(1, b"one\n")
    async with slow_disk():
        await house.say("two")
        os.write(1, b"two\n")
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    asyncio.run(live(sys.argv[1]))
