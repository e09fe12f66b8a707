"""A configuration folder for Home Assistant: a small demo house, on loopback only."""

import json
from pathlib import Path
from typing import Any

COMPONENTS = Path(__file__).parents[1] / "custom_components"

# Not `default_config`: it wants the network.
CONFIGURATION = """\
homeassistant:
  name: Demo House
  latitude: 52.37
  longitude: 4.89
  elevation: 2
  unit_system: metric
  time_zone: Europe/Amsterdam
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
    # What the demo house says where these are not installed
    haffmpeg: critical
    homeassistant.components.camera.img_util: critical
"""

ONBOARDED = ["analytics", "core_config", "integration"]
"""Steps that are taken as done. The user is made as a browser would make it."""


def prepare(
    folder: Path, port: int, extra: str = "", *, onboarded: bool = True
) -> None:
    """Make a folder one that Home Assistant starts from, keeping what is in it.

    `extra` is YAML that follows the configuration where that is written. Without
    `onboarded` a browser is asked to do all that a new Home Assistant asks for.
    """
    storage = folder / ".storage"
    storage.mkdir(parents=True, exist_ok=True)
    configuration = folder / "configuration.yaml"
    if not configuration.exists():
        configuration.write_text(CONFIGURATION + extra, "utf-8")
    link = folder / "custom_components"
    if link.is_symlink():
        link.unlink()
    if not link.exists():
        link.symlink_to(COMPONENTS, target_is_directory=True)
    # In version 1, which every release still migrates to its own.
    _store(storage / "http", 1, {"server_host": ["127.0.0.1"], "server_port": port})
    if onboarded and not (storage / "onboarding").exists():
        _store(storage / "onboarding", 4, {"done": ONBOARDED})


def _store(path: Path, version: int, data: dict[str, Any]) -> None:
    """Write a file as Home Assistant's storage helper does."""
    content = {"version": version, "minor_version": 1, "key": path.name, "data": data}
    path.write_text(json.dumps(content, indent=2), "utf-8")
