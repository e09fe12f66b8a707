"""Pytest plugin that is loaded before all others.

It imports Home Assistant first, which may replace well-known libraries by others. That
works only as long as nothing else has imported them.
"""

import logging

from homeassistant.components import logger
from homeassistant.components.logger import helpers

# The test plugin imports this name from its location up to Home Assistant 2026.10.
_NAME = "_clear_logger_overwrites"
vars(logger).setdefault(_NAME, vars(helpers)[_NAME])

# Without this, the test plugin configures logging itself, and every message is
# printed in addition to the log that pytest captures.
logging.basicConfig(level=logging.INFO, handlers=[logging.NullHandler()])
