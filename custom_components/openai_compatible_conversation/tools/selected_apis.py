"""The LLM APIs that an entry has selected: which of them a user may use, and merged.

An API that is not there, not for this user, or fails is left out; the others still work.

Decision record: docs/decisions/0002-tools-are-one-api.md.
"""

from collections.abc import Callable, Sequence

from slugify import slugify

from homeassistant.core import HomeAssistant
from homeassistant.helpers import llm

from .foreign_errors import raise_if_ours


class SelectedApis:
    """Gets the selected APIs of an entry from Home Assistant.

    Lives as long as the entry is loaded.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        selected: Callable[[], Sequence[str]],
        warn_once: Callable[..., None],
    ) -> None:
        """Initialize; `selected` returns the ids that are selected now.

        `warn_once` logs a warning once for each API.
        """
        self._hass = hass
        self._selected = selected
        self._warn_once = warn_once

    async def async_allowed(self, llm_context: llm.LLMContext) -> list[str]:
        """Return the ids of the selected APIs that are available to the user.

        APIs for administrators are omitted for users who are not administrators, and
        APIs whose integration is not loaded for everybody; the others still work.
        """
        apis = {api.id: api for api in llm.async_get_apis(self._hass)}
        present = []
        for api_id in self._selected():
            if api_id in apis:
                present.append(api_id)
            else:
                self._warn_once(api_id, "The LLM API %s is not available", api_id)
        restricted = self.restricted(present)
        if restricted and not await self._async_is_admin(llm_context):
            return [api_id for api_id in present if api_id not in restricted]
        # Restricted APIs come last, so that all users share a prefix of the tools.
        return [*(i for i in present if i not in restricted), *restricted]

    def restricted(self, api_ids: Sequence[str]) -> list[str]:
        """Return the ids of those of the APIs that require an administrator."""
        restricted = {
            api.id
            for api in llm.async_get_apis(self._hass)
            # Home Assistant 2026.10 has no `requires_admin`.
            if getattr(api, "requires_admin", False)
        }
        return [api_id for api_id in api_ids if api_id in restricted]

    def namespaces(self, api_ids: Sequence[str]) -> frozenset[str]:
        """Return the namespaces that Home Assistant may give the tools of APIs."""
        return frozenset(
            slugify(text)
            for api in llm.async_get_apis(self._hass)
            if api.id in api_ids
            # Of the name in Home Assistant 2026.10, of the id since 2026.11.
            for text in (api.id, api.name)
        )

    async def async_merged(
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
        return await self.async_merged(working, llm_context)

    async def _async_instance(
        self, api_ids: list[str], llm_context: llm.LLMContext
    ) -> llm.APIInstance:
        """Return an instance of some APIs, with names that depend on no others.

        Home Assistant 2026.10 puts the name of the API in front of its tools' if there
        are several, and not if the others are missing or not for this user.
        """
        if len(api_ids) > 1 or len(self._selected()) < 2:
            return await llm.async_get_api(self._hass, api_ids, llm_context)
        apis = [api for api in llm.async_get_apis(self._hass) if api.id in api_ids]
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
                self._warn_once(api_id, "The LLM API %s fails: %r", api_id, err)
            else:
                working.append(api_id)
        return [api_id for api_id in api_ids if api_id in working]

    async def _async_is_admin(self, llm_context: llm.LLMContext) -> bool:
        """Return whether the user of the turn is an administrator."""
        context = llm_context.context
        if context is None or context.user_id is None:
            return False
        user = await self._hass.auth.async_get_user(context.user_id)
        return user is not None and user.is_admin
