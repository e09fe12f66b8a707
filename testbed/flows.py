"""Config flows and options flows over the REST API, as the frontend drives them."""

from typing import Any

from .websocket import Client, Message

CONFIG = "config/config_entries/flow"
OPTIONS = "config/config_entries/options/flow"


class Flow:
    """A flow in progress; `step` is the last flow result."""

    def __init__(self, client: Client, path: str, step: Message) -> None:
        """Initialize with the first flow result."""
        self._client = client
        self._path = path
        self.step = step

    @classmethod
    async def config(cls, client: Client, domain: str) -> Flow:
        """Start the config flow of an integration."""
        return await cls._start(client, CONFIG, domain)

    @classmethod
    async def reconfigure(cls, client: Client, domain: str, entry_id: str) -> Flow:
        """Start the reconfiguration of an entry."""
        return await cls._start(client, CONFIG, domain, entry_id=entry_id)

    @classmethod
    async def waiting(cls, client: Client, domain: str) -> Flow:
        """Return the only flow of an integration that is in progress."""
        flows = await client.command("config_entries/flow/progress")
        (number,) = [flow["flow_id"] for flow in flows if flow["handler"] == domain]
        return cls(client, CONFIG, await client.rest("GET", f"{CONFIG}/{number}"))

    @classmethod
    async def options(cls, client: Client, entry_id: str) -> Flow:
        """Start the options flow of an entry."""
        return await cls._start(client, OPTIONS, entry_id)

    @classmethod
    async def _start(
        cls, client: Client, path: str, handler: str, **others: str
    ) -> Flow:
        """Start a flow."""
        step = await client.rest("POST", path, {"handler": handler, **others})
        return cls(client, path, step)

    async def submit(self, **values: Any) -> Message:
        """Submit the current form; return the next flow result."""
        path = f"{self._path}/{self.step['flow_id']}"
        self.step = await self._client.rest("POST", path, values)
        return self.step

    async def abort(self) -> None:
        """Abort the flow."""
        await self._client.rest("DELETE", f"{self._path}/{self.step['flow_id']}")

    @property
    def suggested(self) -> dict[str, Any]:
        """Return the suggested and default values of the form, sections flattened."""
        return _suggested_values(self.step["data_schema"])


def _suggested_values(fields: list[Message]) -> dict[str, Any]:
    """Return the suggested and default values of form fields, sections flattened."""
    values: dict[str, Any] = {}
    for field in fields:
        if field.get("type") == "expandable":
            values |= _suggested_values(field["schema"])
        elif "suggested_value" in (description := field.get("description") or {}):
            values[field["name"]] = description["suggested_value"]
        elif "default" in field:
            values[field["name"]] = field["default"]
    return values
