"""Run Home Assistant until the process that started it ends.

Run as a script, with Home Assistant's own arguments. Standard input is a pipe whose
other end only the parent holds. It closes however the parent ends, even if it is
killed, and then Home Assistant is stopped.
"""

import os
import runpy
import signal
import threading
import time

STOP_TIMEOUT = 20.0
"""Seconds that Home Assistant has to stop by itself."""


def _watch() -> None:
    """Wait until the parent's end of the pipe closes, then end this process."""
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(STOP_TIMEOUT)
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_watch, name="parent watchdog", daemon=True).start()
    runpy.run_module("homeassistant", run_name="__main__", alter_sys=True)
