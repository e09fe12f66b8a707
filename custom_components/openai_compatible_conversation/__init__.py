"""OpenAI-Compatible Conversation: any chat completions server as a voice assistant."""

import logging

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryAuthFailed, ConfigEntryNotReady
from homeassistant.util.hass_dict import HassKey

from .completions.errors import CompletionError, InvalidAuthError, NotFoundError
from .const import DOMAIN
from .data import OpenAICompatibleConfigEntry, RuntimeData, async_create_client
from .dialect_store import DialectStore
from .errors import translated
from .issues import model_works
from .options import Options
from .session.session import session_of
from .tools.toolbox import Toolbox
from .tools.usage import Usage

_LOGGER = logging.getLogger(__name__)

PLATFORMS = (Platform.CONVERSATION,)

DATA_DOWN: HassKey[set[str]] = HassKey(f"{DOMAIN}_down")
"""The entries whose server could not be used at the last try."""


async def async_setup_entry(
    hass: HomeAssistant, entry: OpenAICompatibleConfigEntry
) -> bool:
    """Set up an entry: see that its server answers, and load its platforms."""
    client = await async_create_client(hass, entry.data)
    options = Options.of(entry.options)
    down = hass.data.setdefault(DATA_DOWN, set())
    try:
        await client.models(options.extra_headers)
    except NotFoundError:
        # It answers, without a list of its models.
        pass
    except InvalidAuthError as err:
        raise translated(err, client.host, ConfigEntryAuthFailed) from err
    except CompletionError as err:
        not_ready = translated(err, client.host, ConfigEntryNotReady)
        if entry.entry_id not in down:
            down.add(entry.entry_id)
            _LOGGER.warning("%s is unavailable: %s", entry.title, not_ready)
        raise not_ready from err
    if entry.entry_id in down:
        down.remove(entry.entry_id)
        _LOGGER.warning("%s is available again", entry.title)

    dialects = DialectStore(hass, entry.entry_id)
    await dialects.async_attach(client)
    usage = Usage(hass, entry.entry_id)
    await usage.async_load()
    toolbox = Toolbox(hass, usage, lambda: Options.of(entry.options).llm_hass_api)
    session = session_of(
        hass, entry.entry_id, lambda: Options.of(entry.options).conversation_timeout
    )
    await session.async_start()
    entry.runtime_data = RuntimeData(client, toolbox, dialects, session, usage)
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    return True


async def async_unload_entry(
    hass: HomeAssistant, entry: OpenAICompatibleConfigEntry
) -> bool:
    """Unload an entry."""
    if unloaded := await hass.config_entries.async_unload_platforms(entry, PLATFORMS):
        await entry.runtime_data.dialects.async_detach()
        entry.runtime_data.session.async_stop()
        entry.runtime_data.toolbox.library.close()
        await entry.runtime_data.usage.async_close()
    return unloaded


async def async_remove_entry(
    hass: HomeAssistant, entry: OpenAICompatibleConfigEntry
) -> None:
    """Remove what an entry left on disk and among the issues."""
    model_works(hass, entry)
    await DialectStore(hass, entry.entry_id).async_remove()
    await Usage(hass, entry.entry_id).async_remove()
    await session_of(hass, entry.entry_id, lambda: 0).async_remove()
