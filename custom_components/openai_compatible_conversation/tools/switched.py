"""What an intent did that turns something on or off, where people have other words.

Home Assistant locks what is turned on and closes what is turned off. A small model that
reads neither says of the door that it locked that it is open.

Decision record: docs/decisions/0017-what-a-small-model-means.md.
"""

from collections.abc import Mapping
from typing import Any

from homeassistant.components.cover import DOMAIN as COVER_DOMAIN
from homeassistant.components.lock import DOMAIN as LOCK_DOMAIN
from homeassistant.helpers import intent

_WORDS: Mapping[tuple[str, str], str] = {
    (intent.INTENT_TURN_ON, LOCK_DOMAIN): "locked",
    (intent.INTENT_TURN_OFF, LOCK_DOMAIN): "unlocked",
    (intent.INTENT_TURN_ON, COVER_DOMAIN): "opened",
    (intent.INTENT_TURN_OFF, COVER_DOMAIN): "closed",
}


def what_was_done(intent_type: str, response: object) -> list[str]:
    """Return what to tell the model of a response of Home Assistant, or nothing.

    `response` is that of an intent, or an error.
    """
    domains = {entity_id.partition(".")[0] for entity_id in _entities(response)}
    if len(domains) != 1:
        return []
    word = _WORDS.get((intent_type, domains.pop()))
    return [word] if word else []


def _entities(response: object) -> list[str]:
    """Return the ids of the entities for which an intent succeeded."""
    data: Any = response.get("data") if isinstance(response, Mapping) else None
    success: Any = data.get("success") if isinstance(data, Mapping) else None
    return [
        str(target.get("id"))
        for target in (success if isinstance(success, list) else ())
        if isinstance(target, Mapping) and target.get("type") == "entity"
    ]
