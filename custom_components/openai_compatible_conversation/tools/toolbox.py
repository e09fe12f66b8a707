"""An LLM API that merges the selected APIs with the integration's own tools.

Decision record: docs/decisions/0002-tools-are-one-api.md.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import override

from slugify import slugify

from homeassistant.components.intent import async_device_supports_timers
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import device_registry as dr, llm

from ..const import DOMAIN
from ..memory.store.fact_store import FactStore
from ..options import Options
from ..schedule.schedule_store import ScheduleStore
from ..session.limits import TokenLimits
from .api_instance import ToolboxInstance
from .camera import CameraTool, async_has_camera
from .catalog_cache import CatalogCache
from .fact_tool import FactSource
from .fact_tools import fact_tools
from .foreign_errors import raise_if_ours
from .history import HistoryTool, async_has_history
from .query_tools import QUERY_TOOLS
from .runtime import ToolRuntime
from .schedule_tool import SCHEDULE_TOOLS
from .tool_order import ToolOrder
from .tool_origins import ToolOrigins
from .turn_questions import CONFIRM, TurnQuestions
from .usage_store import UsageStore
from .weather import WeatherTool

_RESERVED = frozenset({QUERY_TOOLS, CONFIRM, *SCHEDULE_TOOLS})
"""The names of the tools that each turn adds by itself."""


class Toolbox(llm.API):
    """The selected APIs that the user may use, and the integration's own tools.

    Lives as long as the entry is loaded; gives each turn a `ToolboxInstance`.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        usage: UsageStore,
        fact_store: FactStore,
        options: Callable[[], Options],
        limits: Callable[[], TokenLimits],
        *,
        schedule: ScheduleStore,
        takes_pictures: Callable[[], bool],
    ) -> None:
        """Initialize; `options` and `limits` return the current ones.

        `takes_pictures` returns whether a model that may be asked takes pictures.
        """
        super().__init__(hass=hass, id=DOMAIN, name="OpenAI-Compatible Conversation")
        self.runtime = ToolRuntime(hass, usage, CatalogCache(hass), limits)
        self._fact_store = fact_store
        self._schedule = schedule
        self._takes_pictures = takes_pictures
        self._options = options
        self._order = ToolOrder()

    @override
    async def async_get_api_instance(
        self, llm_context: llm.LLMContext
    ) -> ToolboxInstance:
        """Return the tools for one turn, the same ones in every area.

        The prompt is the one for no device; there are timer tools if any device
        supports timers.
        """
        without_device = replace(llm_context, device_id=None)
        contexts = [
            without_device,
            *(
                replace(llm_context, device_id=device_id)
                for device_id in self._timer_device(llm_context.device_id)
            ),
        ]
        allowed = await self._async_allowed_apis(llm_context)
        restricted = self._restricted(allowed)
        ordinary = [api_id for api_id in allowed if api_id not in restricted]
        origins = ToolOrigins(self._namespaces(ordinary), self._namespaces(restricted))
        fact_source = FactSource()
        tools = {
            tool.name: tool
            for tool in self._integration_tools(allowed, fact_source, llm_context)
        }
        admin_tools: set[str] = set()
        known: set[str] = set()
        merged: llm.APIInstance | None = None
        prompts = ["", ""]
        for context in contexts:
            parts = [
                await self._async_merged(api_ids, context)
                for api_ids in (ordinary, restricted)
            ]
            origins.add(*(_names(part) for part in parts))
            instance = parts[0]
            if restricted:
                instance = await self._async_merged(allowed, context)
            if context is without_device:
                merged = instance
                prompts = [part.api_prompt if part else "" for part in parts]
            for tool in instance.tools if instance else []:
                if tool.name in known:
                    continue
                known.add(tool.name)
                name = _add(tools, tool)
                if origins.is_restricted(tool):
                    admin_tools.add(name)
        options = self._options()
        nobody = replace(llm_context, context=Context())
        return ToolboxInstance(
            runtime=self.runtime,
            fact_source=fact_source,
            requires_admin=bool(restricted),
            admin_tools=frozenset(admin_tools),
            admin_prompt=prompts[1],
            order=self._order,
            schedule=self._schedule if allowed else None,
            questions=TurnQuestions(options.asks_first),
            source=(tuple(options.llm_hass_api), options.enable_fact_learning),
            for_nobody=partial(self.async_get_api_instance, nobody),
            api=self,
            api_prompt=prompts[0],
            llm_context=llm_context,
            tools=list(tools.values()),
            custom_serializer=merged.custom_serializer if merged else None,
        )

    def _integration_tools(
        self,
        allowed: Sequence[str],
        fact_source: FactSource,
        llm_context: llm.LLMContext,
    ) -> Iterator[llm.Tool]:
        """Yield the integration's own tools."""
        if self._options().enable_fact_learning:
            yield from fact_tools(self._fact_store, fact_source, self.runtime.limits)
        if llm.LLM_API_ASSIST in allowed:
            yield WeatherTool()
            if async_has_history(self.hass):
                yield HistoryTool()
            if async_has_camera(self.hass, llm_context):
                yield CameraTool(self.runtime, self._takes_pictures)

    async def _async_merged(
        self, api_ids: list[str], llm_context: llm.LLMContext
    ) -> llm.APIInstance | None:
        """Return an instance that merges the working APIs; None if there are none."""
        if not api_ids:
            return None
        try:
            return await self._async_instance(api_ids, llm_context)
        # APIs of other integrations may raise anything.
        except BaseException as err:
            raise_if_ours(err)
            working = await self._async_working(api_ids, llm_context)
            if working == api_ids:
                raise
        return await self._async_merged(working, llm_context)

    async def _async_instance(
        self, api_ids: list[str], llm_context: llm.LLMContext
    ) -> llm.APIInstance:
        """Return an instance of some APIs, with names that depend on no others.

        Home Assistant 2026.10 puts the name of the API in front of its tools' if there
        are several, and not if the others are missing or not for this user.
        """
        if len(api_ids) > 1 or len(self._options().llm_hass_api) < 2:
            return await llm.async_get_api(self.hass, api_ids, llm_context)
        apis = [api for api in llm.async_get_apis(self.hass) if api.id in api_ids]
        merged = llm.MergedAPI(apis)
        # Home Assistant 2026.10 has no APIs that require an administrator.
        if authorized := getattr(llm, "async_get_authorized_api_instance", None):
            instance: llm.APIInstance = await authorized(merged, llm_context)
            return instance
        return await merged.async_get_api_instance(llm_context)

    async def _async_working(
        self, api_ids: list[str], llm_context: llm.LLMContext
    ) -> list[str]:
        """Return the ids of the APIs that work, also when they are merged."""
        working: list[str] = []
        # Assist comes first, so that it is kept if two APIs cannot be merged.
        for api_id in sorted(api_ids, key=llm.LLM_API_ASSIST.__ne__):
            try:
                await self._async_instance([*working, api_id], llm_context)
            except BaseException as err:  # noqa: BLE001
                raise_if_ours(err)
                self.runtime.warn_once(api_id, "The LLM API %s fails: %r", api_id, err)
            else:
                working.append(api_id)
        return [api_id for api_id in api_ids if api_id in working]

    def _timer_device(self, preferred: str | None) -> list[str]:
        """Return the id of a device that supports timers, preferably the given one."""
        devices = [device.id for device in dr.async_get(self.hass).devices]
        if preferred:
            devices.insert(0, preferred)
        with_timers = (d for d in devices if async_device_supports_timers(self.hass, d))
        return list(islice(with_timers, 1))

    async def _async_allowed_apis(self, llm_context: llm.LLMContext) -> list[str]:
        """Return the ids of the selected APIs that are available to the user.

        APIs for administrators are omitted for users who are not administrators, and
        APIs whose integration is not loaded for everybody; the others still work.
        """
        apis = {api.id: api for api in llm.async_get_apis(self.hass)}
        present = []
        for api_id in self._options().llm_hass_api:
            if api_id in apis:
                present.append(api_id)
            else:
                self.runtime.warn_once(
                    api_id, "The LLM API %s is not available", api_id
                )
        restricted = self._restricted(present)
        if restricted and not await self._async_is_admin(llm_context):
            return [api_id for api_id in present if api_id not in restricted]
        # Restricted APIs come last, so that all users share a prefix of the tools.
        return [*(i for i in present if i not in restricted), *restricted]

    def _restricted(self, api_ids: Sequence[str]) -> list[str]:
        """Return the ids of those of the APIs that require an administrator."""
        restricted = {
            api.id
            for api in llm.async_get_apis(self.hass)
            # Home Assistant 2026.10 has no `requires_admin`.
            if getattr(api, "requires_admin", False)
        }
        return [api_id for api_id in api_ids if api_id in restricted]

    def _namespaces(self, api_ids: Sequence[str]) -> frozenset[str]:
        """Return the namespaces that Home Assistant may give the tools of APIs."""
        return frozenset(
            slugify(text)
            for api in llm.async_get_apis(self.hass)
            if api.id in api_ids
            # Of the name in Home Assistant 2026.10, of the id since 2026.11.
            for text in (api.id, api.name)
        )

    async def _async_is_admin(self, llm_context: llm.LLMContext) -> bool:
        """Return whether the user of the turn is an administrator."""
        context = llm_context.context
        if context is None or context.user_id is None:
            return False
        user = await self.hass.auth.async_get_user(context.user_id)
        return user is not None and user.is_admin


def _names(instance: llm.APIInstance | None) -> set[str]:
    """Return the names of the tools of an instance, if there is one."""
    return {tool.name for tool in instance.tools} if instance else set()


def _add(tools: dict[str, llm.Tool], tool: llm.Tool) -> str:
    """Add a tool, with a namespace if its name is taken; return its name."""
    while tool.name in _RESERVED or tool.name in tools:
        tool = llm.NamespacedTool(tool.integration or "other", tool)
    tools[tool.name] = tool
    return tool.name
