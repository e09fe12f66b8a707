"""Tests of calls that are run once the user has said yes."""

from collections.abc import Callable

import pytest

from homeassistant.core import ServiceCall
from testbed.replies import Call, say as reply
from testbed.server import ModelServer

from .asking import (
    ASKED,
    FRONT,
    OFF,
    ON,
    UNLOCK,
    Talk,
    confirm,
    results,
    services,
    told,
)
from .conftest import failed, speech
from .spies import SpyTool


@pytest.mark.usefixtures("careful")
class TestYes:
    """What can do harm is done after a yes, and not before."""

    @pytest.mark.parametrize("streaming", [True, False])
    async def test_yes(
        self,
        server: ModelServer,
        talk: Talk,
        doors: list[ServiceCall],
        set_options: Callable[..., None],
        streaming: bool,
    ) -> None:
        """The question names the door, the microphone opens, and a yes unlocks it."""
        set_options(enable_streaming=streaming)
        server.script(reply(calls=[UNLOCK]))
        asked = await talk("Unlock the front door")
        assert speech(asked) == ASKED
        assert asked.continue_conversation
        assert not failed(asked)
        assert not doors
        server.script(confirm(), reply("It is open."))
        answer = await talk("Yes")
        assert speech(answer) == "It is open."
        assert not answer.continue_conversation
        assert services(doors) == ["unlock"]
        assert doors[0].context.user_id
        assert results(server)[0]["data"]["success"][0]["name"] == "Front Door"

    @pytest.mark.parametrize(
        ("language", "command", "asked", "yes"),
        [
            ("de", "Schließ auf", "Soll ich Front Door aufschließen?", "Jo, mach hin"),
            (
                "fr-FR",
                "Déverrouille",
                "Dois-je déverrouiller Front Door ?",
                "Oui vas-y",
            ),
            ("es", "Abre", "¿Quieres que desbloquee Front Door?", "Está bien"),
            ("nl", "Ontgrendel", "Zal ik Front Door ontgrendelen?", "Doe maar"),
        ],
    )
    async def test_language(
        self,
        server: ModelServer,
        talk: Talk,
        doors: list[ServiceCall],
        language: str,
        command: str,
        asked: str,
        yes: str,
    ) -> None:
        """It is asked in the language of the user."""
        server.script(reply(calls=[UNLOCK]))
        result = await talk(f"{command} Front Door", language=language)
        assert speech(result) == asked
        server.script(confirm(), reply("OK."))
        await talk(yes, language=language)
        assert services(doors) == ["unlock"]

    async def test_unknown_language(
        self, server: ModelServer, talk: Talk, doors: list[ServiceCall]
    ) -> None:
        """Where no words are known, the model asks, and decides what a yes is."""
        server.script(reply(calls=[UNLOCK]), reply("Vill du låsa upp Front Door?"))
        asked = await talk("Lås upp ytterdörren", language="sv")
        assert speech(asked) == "Vill du låsa upp Front Door?"
        assert asked.continue_conversation
        assert results(server)[0]["question"] == ASKED
        server.script(confirm(), reply("Klart."))
        await talk("Japp, kör på bara så att vi kommer in någon gång", language="sv")
        assert services(doors) == ["unlock"]

    @pytest.mark.parametrize("streaming", [True, False])
    async def test_unknown_language_and_no_question(
        self,
        server: ModelServer,
        talk: Talk,
        doors: list[ServiceCall],
        set_options: Callable[..., None],
        streaming: bool,
    ) -> None:
        """If the model does not ask, it is asked all the same."""
        set_options(enable_streaming=streaming)
        server.script(reply(calls=[UNLOCK]), reply("Dörren är öppen."))
        asked = await talk("Lås upp ytterdörren", language="sv")
        assert speech(asked) == f"Dörren är öppen. {ASKED}"
        assert asked.continue_conversation
        server.script(confirm(), reply("Klart."))
        await talk("Ja", language="sv")
        assert services(doors) == ["unlock"]

    @pytest.mark.parametrize(
        ("text", "command"),
        [
            ("", ""),
            ("It is open.", "It is open. "),
            ("May I unlock Front Door?", None),
        ],
    )
    async def test_beside_others(
        self,
        server: ModelServer,
        talk: Talk,
        doors: list[ServiceCall],
        text: str,
        command: str | None,
    ) -> None:
        """What else is called is done, and told with the question."""
        lamp = Call(OFF, {"name": "Lamp"}, id="lamp")
        server.script(reply(calls=[lamp, UNLOCK]), reply(text))
        asked = await talk("Turn off the lamp and unlock the front door")
        assert services(doors) == ["turn_off"]
        assert asked.continue_conversation
        if command is None:
            assert speech(asked) == text
        else:
            done = "" if command else "Done: Lamp. "
            assert speech(asked) == f"{command or done}{ASKED}"
        server.script(confirm(), reply())
        assert speech(await talk("Yes please")) == "Done."
        assert services(doors) == ["turn_off", "unlock"]

    async def test_after_others(
        self, server: ModelServer, talk: Talk, doors: list[ServiceCall]
    ) -> None:
        """What was done in an earlier round is told with the question."""
        lamp = Call(OFF, {"name": "Lamp"}, id="lamp")
        server.script(reply(calls=[lamp]), reply(calls=[UNLOCK]))
        asked = await talk("Turn off the lamp, then unlock the front door")
        assert speech(asked) == f"Done: Lamp. {ASKED}"
        assert services(doors) == ["turn_off"]

    async def test_calls_again(
        self, server: ModelServer, talk: Talk, doors: list[ServiceCall]
    ) -> None:
        """A model that makes its call again is told to confirm it."""
        server.script(reply(calls=[UNLOCK]))
        await talk("Unlock the front door")
        server.script(reply(calls=[UNLOCK]), confirm(), reply("It is open."))
        assert speech(await talk("Yes")) == "It is open."
        assert services(doors) == ["unlock"]
        first, second = results(server)
        assert told({"messages": [{"role": "user", "content": first["note"]}]})
        assert second["data"]["success"]

    async def test_only_calls_again(
        self, server: ModelServer, talk: Talk, doors: list[ServiceCall]
    ) -> None:
        """A model that never confirms asks again, and unlocks nothing."""
        for text in ("Unlock the front door", "Yes", "Yes", "Yes"):
            server.script(*[reply(calls=[UNLOCK])] * (1 if text.startswith("U") else 2))
            assert speech(await talk(text)) == ASKED
        assert not doors
        server.script(confirm(), reply("It is open."))
        await talk("Yes")
        assert services(doors) == ["unlock"]

    async def test_only_says_so(
        self, server: ModelServer, talk: Talk, doors: list[ServiceCall]
    ) -> None:
        """A model that says it is done, and did nothing, is asked for its call."""
        server.script(reply(calls=[UNLOCK]))
        await talk("Unlock the front door")
        server.script(reply("The door is open."), confirm(), reply("Yes."))
        await talk("Yes")
        assert services(doors) == ["unlock"]

    async def test_confirms_and_calls(
        self, server: ModelServer, talk: Talk, doors: list[ServiceCall]
    ) -> None:
        """What is confirmed is done once, whatever is called with it and after it."""
        server.script(reply(calls=[UNLOCK]))
        await talk("Unlock the front door")
        server.script(
            confirm(UNLOCK), reply(calls=[UNLOCK]), confirm(), reply("It is open.")
        )
        result = await talk("Yes")
        assert services(doors) == ["unlock"]
        assert speech(result) == "It is open."
        assert not result.continue_conversation

    async def test_twice_in_one_turn(
        self, server: ModelServer, talk: Talk, doors: list[ServiceCall]
    ) -> None:
        """The same call twice is one question."""
        server.script(reply(calls=[UNLOCK, Call(OFF, FRONT, id="again")]))
        assert speech(await talk("Unlock the front door")) == ASKED
        server.script(confirm(), reply("It is open."))
        await talk("Yes")
        assert len(told(server.bodies[-1])) == 1
        assert services(doors) == ["unlock"]

    @pytest.mark.parametrize("number", [0, 1])
    async def test_one_of_two(
        self, server: ModelServer, talk: Talk, doors: list[ServiceCall], number: int
    ) -> None:
        """Two questions at once are asked together, and answered one by one."""
        garage = Call(ON, {"name": "Garage"})
        server.script(reply(calls=[UNLOCK, garage]))
        asked = await talk("Unlock the front door and open the garage")
        assert speech(asked) == f"{ASKED} Should I open Garage?"
        server.script(confirm(number=number), reply("OK."))
        await talk("Yes")
        assert services(doors) == [("unlock", "open_cover")[number]]

    async def test_both_of_two(
        self, server: ModelServer, talk: Talk, doors: list[ServiceCall]
    ) -> None:
        """A yes to both is two confirmations, at once or one after the other."""
        garage = Call(ON, {"name": "Garage"})
        server.script(reply(calls=[UNLOCK, garage]))
        await talk("Unlock the front door and open the garage")
        server.script(confirm(number=1), confirm(number=0), reply("OK."))
        await talk("Yes")
        assert services(doors) == ["open_cover", "unlock"]

    async def test_many(self, server: ModelServer, talk: Talk, spy: SpyTool) -> None:
        """There is a limit to what is asked at once."""
        calls = [Call("wipe", {"disk": number}, id=f"{number}") for number in range(12)]
        server.script(reply(calls=calls), reply("Well."))
        await talk("Wipe all disks")
        assert sum("question" in result for result in results(server)) == 8
        assert sum("error" in result for result in results(server)) == 4
        assert not spy.calls
