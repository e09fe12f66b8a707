"""The names of the people that Home Assistant knows."""

from homeassistant.core import Context, HomeAssistant


async def async_name_of_user(hass: HomeAssistant, context: Context | None) -> str:
    """Return the name of the user of a context, empty if there is none."""
    user_id = context.user_id if context else None
    user = await hass.auth.async_get_user(user_id) if user_id else None
    return " ".join((user.name or "").split()) if user else ""


async def async_names_of_people(hass: HomeAssistant) -> set[str]:
    """Return the names of the users who are people, and of the persons."""
    users = await hass.auth.async_get_users()
    names = {user.name for user in users if user.name and not user.system_generated}
    return names | {state.name for state in hass.states.async_all("person")}
