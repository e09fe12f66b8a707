"""What the recorder of the demo knows of the days before the demo."""

from datetime import timedelta
from math import cos, tau

from homeassistant.util import dt as dt_util

from .websocket import Client

RECORDER = """
recorder:
history:
logbook:
"""
"""The part of the configuration with which Home Assistant records states."""

DAYS = 8
COLDEST, WARMEST = 11.5, 19.5
"""Temperatures outside, around the one that the demo house always has."""
COLDEST_HOUR = 4


async def record_days(client: Client) -> None:
    """Import the temperatures outside of some days, one for each full hour."""
    now = dt_util.utcnow().replace(minute=0, second=0, microsecond=0)
    hours = [now - timedelta(hours=age) for age in range(24 * DAYS, 0, -1)]
    await client.command(
        "recorder/import_statistics",
        metadata={
            "statistic_id": "sensor.outside_temperature",
            "name": None,
            "source": "recorder",
            "unit_class": "temperature",
            "unit_of_measurement": "°C",
            "has_sum": False,
            # The arithmetic mean.
            "mean_type": 1,
        },
        stats=[
            {"start": hour.isoformat()}
            | dict.fromkeys(("mean", "min", "max"), _temperature(hour.hour))
            for hour in hours
        ],
    )


def _temperature(hour: int) -> float:
    """Return the temperature outside at an hour of the day."""
    mean, swing = (WARMEST + COLDEST) / 2, (WARMEST - COLDEST) / 2
    return round(mean - swing * cos(tau * (hour - COLDEST_HOUR) / 24), 1)
