"""Run a module until the process that started it ends.

Run as a script, with the name of the module, by default `homeassistant`, and its own
arguments. Standard input is a pipe whose other end only the parent holds. It closes
however the parent ends, even if it is killed, and then the module's process is stopped.
"""

import os
import runpy
import signal
import sys
import threading
import time

STOP_TIMEOUT = 20.0
"""Seconds that the process has to stop by itself."""


def _watch() -> None:
    """Wait until the parent's end of the pipe closes, then end this process."""
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(STOP_TIMEOUT)
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_watch, name="parent watchdog", daemon=True).start()
    has_name = not sys.argv[1].startswith("-")
    name = sys.argv.pop(1) if has_name else "homeassistant"
    runpy.run_module(name, run_name="__main__", alter_sys=True)
