"""An LLM API that merges the selected APIs with the integration's own tools.

Decision record: docs/decisions/0002-tools-are-one-api.md.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import override

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
from .history import HistoryTool, async_has_history
from .query_tools import QUERY_TOOLS
from .runtime import ToolRuntime
from .schedule_tool import SCHEDULE_TOOLS
from .selected_apis import SelectedApis
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
        self._apis = SelectedApis(
            hass, lambda: options().llm_hass_api, self.runtime.warn_once
        )

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
        allowed = await self._apis.async_allowed(llm_context)
        restricted = self._apis.restricted(allowed)
        ordinary = [api_id for api_id in allowed if api_id not in restricted]
        origins = ToolOrigins(
            self._apis.namespaces(ordinary), self._apis.namespaces(restricted)
        )
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
                await self._apis.async_merged(api_ids, context)
                for api_ids in (ordinary, restricted)
            ]
            origins.add(*(_names(part) for part in parts))
            instance = parts[0]
            if restricted:
                instance = await self._apis.async_merged(allowed, context)
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

    def _timer_device(self, preferred: str | None) -> list[str]:
        """Return the id of a device that supports timers, preferably the given one."""
        devices = [device.id for device in dr.async_get(self.hass).devices]
        if preferred:
            devices.insert(0, preferred)
        with_timers = (d for d in devices if async_device_supports_timers(self.hass, d))
        return list(islice(with_timers, 1))


def _names(instance: llm.APIInstance | None) -> set[str]:
    """Return the names of the tools of an instance, if there is one."""
    return {tool.name for tool in instance.tools} if instance else set()


def _add(tools: dict[str, llm.Tool], tool: llm.Tool) -> str:
    """Add a tool, with a namespace if its name is taken; return its name."""
    while tool.name in _RESERVED or tool.name in tools:
        tool = llm.NamespacedTool(tool.integration or "other", tool)
    tools[tool.name] = tool
    return tool.name
