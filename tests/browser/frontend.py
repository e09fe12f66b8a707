"""Page object of Home Assistant's frontend, with elements found by their text.

The roles of elements differ between versions; where they do, the custom element's tag
is used.

Decision record: docs/decisions/0009-the-first-hour-in-a-browser.md.
"""

from pathlib import Path

from playwright.async_api import Locator, Page, expect

INTEGRATION = "OpenAI-Compatible Conversation"
DOMAIN = "openai_compatible_conversation"

SETTLED = 600
"""Milliseconds after which the animation of a dialog has ended."""


class Frontend:
    """The frontend of a Home Assistant in a browser page."""

    def __init__(self, page: Page, url: str, pictures: Path) -> None:
        """Initialize with an empty page; `pictures` is the directory for screenshots."""
        self.page = page
        self._url = url
        self._pictures = pictures

    async def picture(self, name: str, *, height: int | None = None) -> None:
        """Take a screenshot after animations have ended, with a height in pixels."""
        usual = self.page.viewport_size
        assert usual
        if height:
            await self.page.set_viewport_size({**usual, "height": height})
        await self.page.wait_for_timeout(SETTLED)
        await self.page.screenshot(path=self._pictures / f"{name}.png")
        await self.page.set_viewport_size(usual)

    async def open(self, path: str = "") -> None:
        """Open a page after animations have ended.

        A dialog that is still closing would navigate back to its own page.
        """
        await self.page.wait_for_timeout(SETTLED)
        await self.page.goto(f"{self._url}/{path}")

    async def onboard(self, username: str, password: str) -> None:
        """Go through the onboarding: create the first user, and accept the defaults."""
        await self.open()
        await self._press("Create my smart home")
        for label, text in {
            "Name": username.title(),
            "Username": username,
            "Password": password,
            "Confirm password": password,
        }.items():
            await self._textbox(f"{label}*").fill(text)
        await self._press("Create account")
        for text in ("Home location", "country your home is in", "Help us help you"):
            await expect(self.page.get_by_text(text).first).to_be_visible()
            await self._press("Next")
        await self._press("Finish")
        await self.page.wait_for_url("**/home/overview")

    async def add_integration(self) -> Locator:
        """Open the first form of the config flow, by the steps of the README."""
        await self.open("config/integrations/dashboard")
        await self._press("Add integration")
        dialog = self.page.locator("dialog-add-integration")
        await dialog.get_by_role("textbox").fill("openai-comp")
        await self.picture("search")
        await dialog.get_by_role("button", name=INTEGRATION).click()
        return self._flow

    async def options(self) -> Locator:
        """Open the options flow of the only entry."""
        await self.open(f"config/integrations/integration/{DOMAIN}")
        await self._press("Configure")
        return self._flow

    async def expand(self, section: str) -> None:
        """Expand a section of a form, or collapse it."""
        await self._flow.get_by_role("button", name=section).click()

    async def switch(self, section: str, label: str) -> Locator:
        """Expand a section of a form, and return a switch in it."""
        await self.expand(section)
        field = self._flow.locator("ha-selector-boolean").filter(has_text=label)
        return field.get_by_role("switch")

    async def submit(self, button: str = "Submit") -> None:
        """Submit a form."""
        await self._flow.get_by_role("button", name=button).click()

    async def enter(self, label: str, text: str) -> None:
        """Enter a custom value in a dropdown of a form."""
        field = _picker(self._flow, label)
        await field.click()
        search = self._flow.get_by_placeholder("Search")
        await search.fill(text)
        await self._flow.get_by_text(f'"{text}"').click()
        await expect(field).to_contain_text(text)

    async def add_assistant(self, name: str, agent: str) -> None:
        """Create an assistant with an agent, and set it as preferred."""
        await self.open("config/voice-assistants/assistants")
        await self._press("Add assistant")
        dialog = self.page.locator("dialog-voice-assistant-pipeline-detail")
        await dialog.get_by_role("textbox", name="Name*").fill(name)
        await _picker(dialog, "Conversation agent").click()
        await dialog.get_by_role("menuitem", name=agent).click()
        await self.picture("assistant")
        await dialog.get_by_role("button", name="Create").click()
        await self._assistant_menu(name, "Set as preferred")

    async def debug(self, name: str) -> Locator:
        """Open the debug page of an assistant; return its last pipeline run."""
        await self.open("config/voice-assistants/assistants")
        await self._assistant_menu(name, "Debug")
        return self.page.locator("assist-render-pipeline-run").last

    async def todo(self, entity_id: str) -> Locator:
        """Open a to-do list."""
        await self.open(f"todo?entity_id={entity_id}")
        return self.page.locator("hui-todo-list-card")

    async def chat(self) -> Chat:
        """Open the chat window with its keyboard shortcut."""
        await self.open()
        await expect(self.page.get_by_text("Welcome").first).to_be_visible()
        await self.page.keyboard.press("a")
        return Chat(self.page.locator("ha-voice-command-dialog"))

    @property
    def _flow(self) -> Locator:
        """Return the dialog of a config or options flow."""
        return self.page.locator("dialog-data-entry-flow")

    def _textbox(self, label: str) -> Locator:
        """Return a text box by its exact label."""
        return self.page.get_by_role("textbox", name=label, exact=True)

    async def _press(self, button: str) -> None:
        """Press a button of the page."""
        await self.page.get_by_role("button", name=button).click()

    async def _assistant_menu(self, name: str, item: str) -> None:
        """Choose an item in the menu of an assistant."""
        row = self.page.locator("assist-pref ha-list-item-button").filter(has_text=name)
        await row.locator("ha-icon-button").click()
        await row.get_by_role("menuitem", name=item).click()


def _picker(within: Locator, label: str) -> Locator:
    """Return a dropdown field, whose role differs between versions."""
    return within.locator("ha-picker-field").filter(has_text=label)


class Chat:
    """The chat window."""

    def __init__(self, dialog: Locator) -> None:
        """Initialize with an open window."""
        self.dialog = dialog

    async def say(self, text: str) -> None:
        """Send a text."""
        box = self.dialog.get_by_role("textbox", name="Enter a request")
        await box.fill(text)
        await box.press("Enter")

    async def expect_answer(self, text: str) -> None:
        """Expect a text in the last answer."""
        await expect(self.dialog.locator(".message.hass").last).to_contain_text(text)
