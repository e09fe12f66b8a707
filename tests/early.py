"""Pytest's first plugin: what must be so before the others are loaded.

Importing Home Assistant comes first, for it may put other libraries in the place of
well-known ones, and that works only until somebody has imported those.
"""

import logging

from homeassistant.components import logger
from homeassistant.components.logger import helpers

# The test plugin imports this from the place it had up to 2026.10
_NAME = "_clear_logger_overwrites"
vars(logger).setdefault(_NAME, vars(helpers)[_NAME])

# The test plugin sets the level and has all printed, which pytest shows once already
logging.basicConfig(level=logging.INFO, handlers=[logging.NullHandler()])
