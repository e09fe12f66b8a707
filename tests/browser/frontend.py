"""Home Assistant's frontend, by what a user reads and presses."""

from pathlib import Path

from playwright.async_api import Locator, Page, expect

INTEGRATION = "OpenAI-Compatible Conversation"
DOMAIN = "openai_compatible_conversation"

SETTLED = 600
"""Milliseconds after which a dialog has come to rest."""


class Frontend:
    """A browser that shows a Home Assistant."""

    def __init__(self, page: Page, url: str, pictures: Path) -> None:
        """Initialize a browser that shows nothing yet."""
        self.page = page
        self._url = url
        self._pictures = pictures

    async def picture(self, name: str) -> None:
        """Take a picture once all is at rest."""
        await self.page.wait_for_timeout(SETTLED)
        await self.page.screenshot(path=self._pictures / f"{name}.png")

    async def open(self, path: str = "") -> None:
        """Open a page once all is at rest: a dialog that closes goes back to where it began."""
        await self.page.wait_for_timeout(SETTLED)
        await self.page.goto(f"{self._url}/{path}")

    async def onboard(self, username: str, password: str) -> None:
        """Make the first user, and take what is offered for the rest."""
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
        # Where the home is, in which country, and what is told to others: nothing.
        for text in ("Home location", "country your home is in", "Help us help you"):
            await expect(self.page.get_by_text(text).first).to_be_visible()
            await self._press("Next")
        await self._press("Finish")
        await self.page.wait_for_url("**/home/overview")

    async def add_integration(self) -> Locator:
        """Go to the form that adds the integration, as the README says."""
        await self.open("config/integrations/dashboard")
        await self._press("Add integration")
        dialog = self.page.locator("dialog-add-integration")
        await dialog.get_by_role("textbox").fill("openai-comp")
        await self.picture("search")
        await dialog.get_by_role("button", name=INTEGRATION).click()
        return self._flow

    async def options(self) -> Locator:
        """Open the options of the one entry."""
        await self.open(f"config/integrations/integration/{DOMAIN}")
        await self._press("Configure")
        return self._flow

    async def switch(self, section: str, label: str) -> Locator:
        """Open a section of a form, and return a switch in it."""
        await self._flow.get_by_role("button", name=section).click()
        field = self._flow.locator("ha-selector-boolean").filter(has_text=label)
        return field.get_by_role("switch")

    async def submit(self, button: str = "Submit") -> None:
        """Send a form."""
        await self._flow.get_by_role("button", name=button).click()

    async def enter(self, label: str, text: str) -> None:
        """Type something in a form that is not on its list."""
        field = _picker(self._flow, label)
        await field.click()
        search = self._flow.get_by_placeholder("Search")
        await search.fill(text)
        await self._flow.get_by_text(f'"{text}"').click()
        await expect(field).to_contain_text(text)

    async def add_assistant(self, name: str, agent: str) -> None:
        """Make an assistant with an agent, and prefer it to others."""
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
        """Open the debug page of an assistant, which shows its last run."""
        await self.open("config/voice-assistants/assistants")
        await self._assistant_menu(name, "Debug")
        return self.page.locator("assist-render-pipeline-run").last

    async def todo(self, entity_id: str) -> Locator:
        """Open a to-do list."""
        await self.open(f"todo?entity_id={entity_id}")
        return self.page.locator("hui-todo-list-card")

    async def chat(self) -> Chat:
        """Open the chat window with the key for it."""
        await self.open()
        await expect(self.page.get_by_text("Welcome").first).to_be_visible()
        await self.page.keyboard.press("a")
        return Chat(self.page.locator("ha-voice-command-dialog"))

    @property
    def _flow(self) -> Locator:
        """Return the dialog with a form."""
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
    """Return the field with a list, which has another role in each version."""
    return within.locator("ha-picker-field").filter(has_text=label)


class Chat:
    """The chat window."""

    def __init__(self, dialog: Locator) -> None:
        """Initialize a window that is open."""
        self.dialog = dialog

    async def say(self, text: str) -> None:
        """Say something."""
        box = self.dialog.get_by_role("textbox", name="Enter a request")
        await box.fill(text)
        await box.press("Enter")

    async def hears(self, text: str) -> None:
        """See that something stands in the last answer."""
        await expect(self.dialog.locator(".message.hass").last).to_contain_text(text)
