"""Configuration directory of a Home Assistant with the demo house, on loopback only."""

import json
from pathlib import Path
from typing import Any

TIME_ZONE = "Europe/Amsterdam"
COMPONENTS = Path(__file__).parents[1] / "custom_components"

# Not `default_config`, which needs the network.
CONFIGURATION = f"""\
homeassistant:
  name: Demo House
  latitude: 52.37
  longitude: 4.89
  elevation: 2
  unit_system: metric
  time_zone: {TIME_ZONE}
  country: NL
  currency: EUR
  language: en

api:
assist_pipeline:
config:
conversation:
demo:
frontend:
websocket_api:

logger:
  default: warning
  logs:
    custom_components: info
    # Logged by the demo integration where their libraries are not installed
    haffmpeg: critical
    homeassistant.components.camera.img_util: critical
"""

ONBOARDED = ["analytics", "core_config", "integration"]
"""Onboarding steps to skip. The user is created over HTTP, as a browser does."""


def prepare(
    config_dir: Path, port: int, extra: str = "", *, onboarded: bool = True
) -> None:
    """Prepare a configuration directory, keeping the files in it.

    `extra` is YAML that is appended to a new `configuration.yaml`. Without
    `onboarded` the whole onboarding is left to the browser.
    """
    storage = config_dir / ".storage"
    storage.mkdir(parents=True, exist_ok=True)
    configuration = config_dir / "configuration.yaml"
    if not configuration.exists():
        configuration.write_text(CONFIGURATION + extra, "utf-8")
    link = config_dir / "custom_components"
    if link.is_symlink():
        link.unlink()
    if not link.exists():
        link.symlink_to(COMPONENTS, target_is_directory=True)
    # Version 1, which every release still migrates.
    _store(storage / "http", 1, {"server_host": ["127.0.0.1"], "server_port": port})
    if onboarded and not (storage / "onboarding").exists():
        _store(storage / "onboarding", 4, {"done": ONBOARDED})


def _store(path: Path, version: int, data: dict[str, Any]) -> None:
    """Write a file in the format of Home Assistant's storage helper."""
    content = {"version": version, "minor_version": 1, "key": path.name, "data": data}
    path.write_text(json.dumps(content, indent=2), "utf-8")
