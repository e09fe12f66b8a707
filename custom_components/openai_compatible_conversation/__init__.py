"""The OpenAI-Compatible Conversation integration.

Uses any server with the OpenAI chat completions API as a conversation agent.
"""

from functools import partial
import logging
from pathlib import Path

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import (
    ConfigEntryAuthFailed,
    ConfigEntryNotReady,
    HomeAssistantError,
)
from homeassistant.helpers import (
    config_validation as cv,
    device_registry as dr,
    entity_registry as er,
)
from homeassistant.helpers.storage import STORAGE_DIR
from homeassistant.helpers.typing import ConfigType

from .agent.extraction_requests import ExtractionRequests
from .agent.metrics import Metrics
from .agent.prewarm import Prewarmer
from .agent.server import Server
from .agent.server_identity import ServerIdentity
from .agent.server_slots import ServerSlots
from .agent.servers import async_drop_fallback, async_may_take_pictures
from .agent.slot_neighbours import async_is_quiet, async_resume_extraction
from .completions.errors import CompletionError, InvalidAuthError
from .const import DOMAIN
from .data import OpenAICompatibleConfigEntry, RuntimeData, async_create_client
from .entry_state import async_get_entry_state
from .errors import translated_error
from .issues import Issues
from .memory.extraction.fact_extractor import FactExtractor
from .memory.store.fact_store import FactStore
from .memory.users.user_names import async_names_of_people
from .options import Options
from .pipeline_check import PipelineCheck
from .profile_store import ProfileStore
from .schedule.notices import Notices
from .schedule.scheduled_run import async_run
from .schedule.scheduler import Scheduler
from .services import async_register
from .tools.toolbox import Toolbox
from .tools.usage_store import UsageStore

_LOGGER = logging.getLogger(__name__)

PLATFORMS = (
    Platform.AI_TASK,
    Platform.BUTTON,
    Platform.CALENDAR,
    Platform.CONVERSATION,
    Platform.SENSOR,
    Platform.TODO,
)

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register the actions, which exist whether or not an entry is loaded."""
    async_register(hass)
    return True


async def async_setup_entry(
    hass: HomeAssistant, entry: OpenAICompatibleConfigEntry
) -> bool:
    """Set up an entry: check the connection and load the platforms.

    Raises ConfigEntryAuthFailed if the server refuses the API key, and
    ConfigEntryNotReady if it cannot be used yet or the facts cannot be read.
    """
    client = await async_create_client(hass, entry.data)
    entry_state = async_get_entry_state(hass, entry)
    issues = Issues(hass, entry)
    identity = ServerIdentity(hass, entry, client)
    entry.async_on_unload(identity.async_stop)
    server = Server(
        hass,
        entry,
        client,
        entry_state.availability,
        issues,
        Metrics(),
        identity,
        ServerSlots(hass, entry.entry_id, client.base_url, identity),
    )
    issues.delete_outdated_model_not_found(server.options.chat_model, server.host)
    await _async_check_server(hass, server)

    profile_store = ProfileStore(hass, entry.entry_id, issues.create_set_aside)
    await profile_store.async_attach(client, entry_state.budget.budgets)
    entry_state.budget.async_attach(server)
    usage = UsageStore(hass, entry.entry_id, issues.create_set_aside)
    await usage.async_load()
    try:
        await entry_state.async_start()
    # Running without the stored facts would overwrite them with the next new fact.
    except (HomeAssistantError, OSError) as err:
        raise ConfigEntryNotReady(
            translation_domain=DOMAIN, translation_key="memory_not_read"
        ) from err
    fact_store, sessions = entry_state.fact_store, entry_state.sessions

    def options_now() -> Options:
        """Return the current options."""
        return Options.of(entry.options)

    await _async_delete_what_waits(fact_store, options_now())
    toolbox = Toolbox(
        hass,
        usage,
        fact_store,
        options_now,
        entry_state.budget.limits,
        schedule=entry_state.schedule,
        takes_pictures=partial(async_may_take_pictures, server),
    )
    fact_extractor = FactExtractor(
        hass,
        fact_store,
        ExtractionRequests(server, entry_state.budget),
        options_now,
        partial(async_is_quiet, hass, server, sessions),
        async_people=partial(async_names_of_people, hass),
    )
    prewarmer = Prewarmer(hass, server)
    entry.runtime_data = RuntimeData(
        server,
        toolbox,
        profile_store,
        entry_state,
        usage,
        fact_extractor,
        prewarmer,
    )
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)

    def end_session() -> None:
        """Start what waits for the end of the session."""
        client.learned.end_session()
        async_resume_extraction(hass, server, fact_extractor)

    sessions.async_set_callbacks(prewarmer.async_cancel, end_session)
    fact_extractor.async_resume()
    identity.async_update()
    scheduler = Scheduler(
        hass,
        entry_state.schedule,
        partial(async_run, hass, toolbox),
        Notices(hass, entry),
    )
    scheduler.async_start()
    entry.async_on_unload(scheduler.async_stop)
    check = PipelineCheck(hass, entry, issues)
    check.async_start()
    entry.async_on_unload(check.async_stop)
    entry.async_on_unload(entry.add_update_listener(_async_update_listener))
    return True


async def _async_check_server(hass: HomeAssistant, server: Server) -> None:
    """Check that the server can be used.

    An entry that was loaded before is loaded even if its server is down: its facts and
    its session are there, and a turn goes to the fallback, or says what is down.
    """
    try:
        await server.async_check()
    except InvalidAuthError as err:
        raise translated_error(err, server.host, ConfigEntryAuthFailed) from err
    except CompletionError as err:
        registry = er.async_get(hass)
        if not er.async_entries_for_config_entry(registry, server.entry.entry_id):
            raise translated_error(err, server.host, ConfigEntryNotReady) from err


async def _async_delete_what_waits(fact_store: FactStore, options: Options) -> None:
    """Delete what facts were still to be learned from, if none are to be learned."""
    if options.enable_fact_learning:
        return
    try:
        await fact_store.async_delete_pending()
    except HomeAssistantError as err:
        # It is deleted from disk with the next change, or at the next start.
        _LOGGER.warning("What was said is not deleted from disk yet: %s", err)


async def _async_update_listener(
    hass: HomeAssistant, entry: OpenAICompatibleConfigEntry
) -> None:
    """Update what depends on the options, and ask a server that was down again."""
    server = entry.runtime_data.server
    server.availability.end_pause()
    server.identity.async_update_model()
    model = server.options.chat_model
    server.issues.delete_outdated_model_not_found(model, server.host)
    # The next request tells whether tools are refused with these options, too.
    server.issues.delete_tools_refused()
    entry.runtime_data.entry_state.budget.async_update_issue()
    await _async_delete_what_waits(entry.runtime_data.fact_store, server.options)
    entry.runtime_data.fact_extractor.async_resume()
    registry = dr.async_get(hass)
    for device in dr.async_entries_for_config_entry(registry, entry.entry_id):
        registry.async_update_device(device.id, name=entry.title, model=model)


async def async_unload_entry(
    hass: HomeAssistant, entry: OpenAICompatibleConfigEntry
) -> bool:
    """Unload the platforms and stop the background work of an entry."""
    if unloaded := await hass.config_entries.async_unload_platforms(entry, PLATFORMS):
        runtime = entry.runtime_data
        runtime.sessions.async_stop()
        await runtime.sessions.async_flush()
        runtime.fact_extractor.async_pause()
        runtime.prewarmer.async_cancel()
        runtime.toolbox.runtime.catalogs.close()
        await runtime.profile_store.async_detach()
        await runtime.tool_usage.async_close()
    return unloaded


async def async_remove_entry(
    hass: HomeAssistant, entry: OpenAICompatibleConfigEntry
) -> None:
    """Remove the files and the repair issues of an entry."""
    issues = Issues(hass, entry)
    await ProfileStore(hass, entry.entry_id, issues.create_set_aside).async_remove()
    await UsageStore(hass, entry.entry_id, issues.create_set_aside).async_remove()
    await async_get_entry_state(hass, entry).async_remove(hass, entry)
    await hass.async_add_executor_job(
        _remove_set_aside_files, Path(hass.config.path(STORAGE_DIR)), entry.entry_id
    )
    issues.delete_all()
    async_drop_fallback(hass, entry.entry_id)


def _remove_set_aside_files(folder: Path, entry_id: str) -> None:
    """Delete the files of an entry that were set aside because they were unreadable."""
    for path in folder.glob(f"{DOMAIN}.{entry_id}.*"):
        path.unlink(missing_ok=True)
