"""An LLM API over those that the user selected, as far as the speaker may use them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import override

from homeassistant.components.intent import async_device_supports_timers
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, llm

from ..const import DOMAIN
from ..memory.fact_store import FactStore
from ..options import Options
from .api_instance import ToolboxInstance
from .catalog_cache import CatalogCache
from .fact_tools import fact_tools
from .query_tools import QUERY_TOOLS
from .runtime import ToolRuntime
from .usage_store import UsageStore
from .weather import WeatherTool


class Toolbox(llm.API):
    """The APIs that the user selected, and the tools that come with the integration."""

    def __init__(
        self,
        hass: HomeAssistant,
        usage: UsageStore,
        fact_store: FactStore,
        options: Callable[[], Options],
    ) -> None:
        """Initialize with what returns the options as they are now."""
        super().__init__(hass=hass, id=DOMAIN, name="OpenAI-Compatible Conversation")
        self.runtime = ToolRuntime(hass, usage, CatalogCache(hass))
        self._fact_store = fact_store
        self._options = options

    @override
    async def async_get_api_instance(
        self, llm_context: llm.LLMContext
    ) -> ToolboxInstance:
        """Return the tools for one turn, the same ones in every room.

        The prompt is that for no device, and there are timers if any device has them.
        """
        nowhere = replace(llm_context, device_id=None)
        allowed = await self._async_allowed(llm_context)
        general = await self._async_merged(allowed, nowhere)
        tools = {tool.name: tool for tool in self._own(allowed)}
        known = set()
        for tool in general.tools if general else ():
            known.add(tool.name)
            _add(tools, tool)
        for device_id in self._timer_device(llm_context.device_id):
            able = await self._async_merged(
                allowed, replace(llm_context, device_id=device_id)
            )
            for tool in able.tools if able else ():
                if tool.name not in known:
                    _add(tools, tool)
        return ToolboxInstance(
            runtime=self.runtime,
            api=self,
            api_prompt=general.api_prompt if general else "",
            llm_context=llm_context,
            tools=list(tools.values()),
            custom_serializer=general.custom_serializer if general else None,
        )

    def _own(self, allowed: Sequence[str]) -> Iterator[llm.Tool]:
        """Yield the tools that come with the integration."""
        if self._options().enable_fact_learning:
            yield from fact_tools(self._fact_store)
        if llm.LLM_API_ASSIST in allowed:
            yield WeatherTool()

    async def _async_merged(
        self, api_ids: list[str], llm_context: llm.LLMContext
    ) -> llm.APIInstance | None:
        """Return APIs as one, without those that fail, None if there are none."""
        if not api_ids:
            return None
        try:
            return await llm.async_get_api(self.hass, api_ids, llm_context)
        # An API may be of any integration, and raise anything.
        except Exception:
            good = await self._async_working(api_ids, llm_context)
            if good == api_ids:
                raise
        return await self._async_merged(good, llm_context)

    async def _async_working(
        self, api_ids: list[str], llm_context: llm.LLMContext
    ) -> list[str]:
        """Return those of some APIs that give their tools, together too."""
        good: list[str] = []
        # Where two do not go together, Assist stays.
        for api_id in sorted(api_ids, key=llm.LLM_API_ASSIST.__ne__):
            try:
                await llm.async_get_api(self.hass, [*good, api_id], llm_context)
            except Exception as err:  # noqa: BLE001
                self.runtime.warn_once(api_id, "The LLM API %s fails: %r", api_id, err)
            else:
                good.append(api_id)
        return [api_id for api_id in api_ids if api_id in good]

    def _timer_device(self, speaking: str | None) -> list[str]:
        """Return the id of a device that has timers, if there is one."""
        devices = [device.id for device in dr.async_get(self.hass).devices]
        if speaking:
            devices.insert(0, speaking)
        able = (d for d in devices if async_device_supports_timers(self.hass, d))
        return list(islice(able, 1))

    async def _async_allowed(self, llm_context: llm.LLMContext) -> list[str]:
        """Return the ids of the APIs that exist and that the speaker may use.

        One that is for administrators is left out for who is none, and one
        whose integration is not loaded for everybody: the others still work.
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
        # Home Assistant 2026.10 has no API that is for administrators only.
        restricted = [
            api_id
            for api_id in present
            if getattr(apis[api_id], "requires_admin", False)
        ]
        if restricted and not await self._async_is_admin(llm_context):
            return [api_id for api_id in present if api_id not in restricted]
        # Last, so that what others are offered is the beginning of what they are.
        return [*(i for i in present if i not in restricted), *restricted]

    async def _async_is_admin(self, llm_context: llm.LLMContext) -> bool:
        """Return whether an administrator speaks."""
        context = llm_context.context
        if context is None or context.user_id is None:
            return False
        user = await self.hass.auth.async_get_user(context.user_id)
        return user is not None and user.is_admin


def _add(tools: dict[str, llm.Tool], tool: llm.Tool) -> None:
    """Add a tool, under another name where ours has its name."""
    while tool.name == QUERY_TOOLS or tool.name in tools:
        tool = llm.NamespacedTool(tool.integration or "other", tool)
    tools[tool.name] = tool
