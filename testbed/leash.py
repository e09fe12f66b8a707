"""Run Home Assistant for as long as the process that started it lives.

Run as a script, with Home Assistant's own arguments. Standard input is the leash: a
pipe whose other end only the starting process holds. It closes however that process
ends, and then Home Assistant stops.
"""

import os
import runpy
import signal
import threading
import time

PATIENCE = 20.0
"""Seconds that Home Assistant has to stop by itself."""


def _hold() -> None:
    """Wait until the leash is let go of, then end this process."""
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE)
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_hold, name="leash", daemon=True).start()
    runpy.run_module("homeassistant", run_name="__main__", alter_sys=True)
