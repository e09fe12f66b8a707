"""Tests of the tool that shows the model what a camera sees."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from io import BytesIO
import json
import re
from typing import Any

from PIL import Image
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockModule,
    MockPlatform,
    mock_config_flow,
    mock_integration,
    mock_platform,
)

from custom_components.openai_compatible_conversation.const import DOMAIN
from custom_components.openai_compatible_conversation.options import Options
from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.components import camera, conversation
from homeassistant.components.conversation.chat_log import DATA_CHAT_LOGS
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.config_entries import ConfigEntry, ConfigFlow
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import area_registry as ar, entity_registry as er
from homeassistant.helpers.entity_platform import AddEntitiesCallback
from homeassistant.setup import async_setup_component
from testbed.replies import Call, Reply, failure, say as reply
from testbed.server import ModelServer

from .conftest import Say, failed, speech

type Json = dict[str, Any]

LOOK = "look_at_camera"
ASKED = "Who is at the front door?"
NO_IMAGES = {"error": {"message": "image input is not supported - you may need mmproj"}}


def picture(kind: str = "JPEG", width: int = 640, height: int = 480) -> bytes:
    """Return a picture of one colour."""
    file = BytesIO()
    Image.new("RGB", (width, height), "red").save(file, kind)
    return file.getvalue()


class Eye(camera.Camera):
    """A camera that sees what a test wants."""

    def __init__(
        self,
        name: str,
        sees: Callable[[], Awaitable[bytes | None]] | bytes | None = None,
        **attributes: Any,
    ) -> None:
        """Initialize with a picture, or a function that returns one."""
        super().__init__()
        self._attr_name = self._attr_unique_id = name
        self._sees = picture() if sees is None else sees
        self.stills = 0
        for key, value in attributes.items():
            setattr(self, f"_attr_{key}", value)

    async def async_camera_image(
        self, width: int | None = None, height: int | None = None
    ) -> bytes | None:
        """Return the picture."""
        self.stills += 1
        return self._sees if isinstance(self._sees, bytes) else await self._sees()


type SetUp = Callable[..., Awaitable[None]]


@pytest.fixture
async def eyes(hass: HomeAssistant, components: None) -> SetUp:
    """Return a function that sets up cameras and exposes them to Assist."""
    assert await async_setup_component(hass, "http", {})

    async def set_up(*entities: Eye, exposed: bool = True) -> None:
        async def setup_entry(
            hass: HomeAssistant, entry: ConfigEntry, add: AddEntitiesCallback
        ) -> None:
            add(entities)

        async def forward(hass: HomeAssistant, entry: ConfigEntry) -> bool:
            await hass.config_entries.async_forward_entry_setups(entry, ["camera"])
            return True

        class Flow(ConfigFlow):
            """A config flow that is never started."""

        mock_platform(hass, "eye.config_flow", built_in=False)
        module = MockModule("eye", async_setup_entry=forward)
        mock_integration(hass, module, built_in=False)
        platform = MockPlatform(async_setup_entry=setup_entry)
        mock_platform(hass, "eye.camera", platform, built_in=False)
        assert await async_setup_component(hass, "camera", {})
        with mock_config_flow("eye", Flow):
            entry = MockConfigEntry(domain="eye")
            entry.add_to_hass(hass)
            assert await hass.config_entries.async_setup(entry.entry_id)
            await hass.async_block_till_done()
        for state in hass.states.async_all("camera"):
            async_expose_entity(
                hass, conversation.DOMAIN, state.entity_id, should_expose=exposed
            )

    return set_up


def shown(body: Json) -> list[str]:
    """Return the URLs of the pictures in a request."""
    return [
        part["image_url"]["url"]
        for message in body["messages"]
        if isinstance(message["content"], list)
        for part in message["content"]
        if part["type"] == "image_url"
    ]


def result_in(body: Json) -> Json:
    """Return the last result of a call in a request."""
    texts = [m["content"] for m in body["messages"] if m["role"] == "tool"]
    result: Json = json.loads(texts[-1])
    return result


def offered(body: Json) -> set[str]:
    """Return the names of the tools in a request."""
    return {tool["function"]["name"] for tool in body["tools"]}


async def look(
    server: ModelServer, say: Say, text: str = ASKED, **arguments: Any
) -> Json:
    """Have the model look, and return the result; the turn goes on in any case."""
    server.script(reply(calls=[Call(LOOK, arguments)]), reply("So."))
    result = await say(text)
    assert (speech(result), failed(result)) == ("So.", False)
    return result_in(server.bodies[-1])


async def test_look(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    eyes: SetUp,
    entry: MockConfigEntry,
    hass_storage: Json,
) -> None:
    """The picture follows the result as an image; the session keeps a note of it."""
    content = picture()
    await eyes(Eye("Front door", content))
    result = await look(server, say, name="Front door")
    assert result["camera"] == "Front door"
    assert result["picture_follows"].startswith("(picture: image/jpeg, ")
    called, after = server.bodies
    assert LOOK in offered(called)
    assert not shown(called)
    last = after["messages"][-1]
    assert last["role"] == "user"
    (url,) = shown(after)
    kind, data = re.fullmatch(r"data:(.+);base64,(.+)", url).groups()  # type: ignore[union-attr]
    assert kind == "image/jpeg"
    assert url in json.dumps(last)
    await say("Thanks")
    assert not shown(server.bodies[-1])
    assert result_in(server.bodies[-1]) == result
    stored = json.dumps(hass_storage[f"{DOMAIN}.{entry.entry_id}.session"])
    assert result["picture_follows"] in stored
    assert data[:60] not in json.dumps(hass_storage)
    assert data[:60] not in repr(hass.data[DATA_CHAT_LOGS])
    assert result["picture_follows"] in repr(hass.data[DATA_CHAT_LOGS])


async def test_large_picture(server: ModelServer, say: Say, eyes: SetUp) -> None:
    """What a camera of many pixels sees is scaled down before it is sent."""
    await eyes(Eye("Front door", picture("PNG", 4000, 3000)))
    result = await look(server, say, name="front door camera")
    assert "image/jpeg" in result["picture_follows"]
    (url,) = shown(server.bodies[-1])
    assert len(url) < 100_000


@pytest.mark.parametrize(
    "arguments",
    [
        {"name": "the front door"},
        {"name": "Front Door Camera"},
        {"name": "camera.front_door"},
        {"entity_id": "camera.front_door"},
        {"name": "Hall"},
        {"area": "Hall"},
        {"name": "the camera", "foo": 1},
        {"name": None},
        {"name": ["Front door"]},
        {},
    ],
)
async def test_sloppy_name(
    hass: HomeAssistant, server: ModelServer, say: Say, eyes: SetUp, arguments: Json
) -> None:
    """The only camera is found by what is nearly its name, and by its room."""
    await eyes(Eye("Front door"))
    area = ar.async_get(hass).async_create("Hall")
    er.async_get(hass).async_update_entity("camera.front_door", area_id=area.id)
    hass.states.async_set("lock.front_door", "on", {"friendly_name": "Front door"})
    async_expose_entity(
        hass, conversation.DOMAIN, "lock.front_door", should_expose=True
    )
    result = await look(
        server, say, "Who is at the front door in the hall?", **arguments
    )
    assert result["camera"] == "Front door"
    assert len(shown(server.bodies[-1])) == 1


async def test_two_in_a_room(
    hass: HomeAssistant, server: ModelServer, say: Say, eyes: SetUp
) -> None:
    """With two cameras in a room, none is looked at before it is clear which one."""
    gate, pond = Eye("Gate"), Eye("Pond")
    await eyes(gate, pond, Eye("Cellar"))
    area = ar.async_get(hass).async_create("Garden")
    for entity_id in ("camera.gate", "camera.pond"):
        er.async_get(hass).async_update_entity(entity_id, area_id=area.id)
    result = await look(server, say, "Is anyone in the garden?", name="Garden")
    assert result["error"] == "SeveralCameras"
    assert "Gate" in result["error_text"]
    assert "Pond" in result["error_text"]
    assert "Cellar" not in result["error_text"]
    assert not gate.stills
    assert not pond.stills
    assert (await look(server, say, "The one at the pond", name="Pond"))["camera"] == (
        "Pond"
    )
    assert (gate.stills, pond.stills) == (0, 1)


async def test_two_at_once(server: ModelServer, say: Say, eyes: SetUp) -> None:
    """Two cameras are looked at in one response, in its order."""
    await eyes(
        Eye("Gate", picture("PNG", 20, 10)), Eye("Pond", picture("JPEG", 20, 10))
    )
    server.script(
        reply(calls=[Call(LOOK, {"name": "Gate"}), Call(LOOK, {"name": "Pond"})]),
        reply("Nobody."),
    )
    await say("Is anyone at the gate or the pond?")
    kinds = [url.partition(";")[0] for url in shown(server.bodies[-1])]
    assert kinds == ["data:image/png", "data:image/jpeg"]


async def test_not_exposed(
    hass: HomeAssistant, server: ModelServer, say: Say, eyes: SetUp
) -> None:
    """A camera that is not exposed is not looked at, and without any there is no tool."""
    seen, hidden = Eye("Gate"), Eye("Bedroom")
    await eyes(seen, hidden)
    async_expose_entity(
        hass, conversation.DOMAIN, "camera.bedroom", should_expose=False
    )
    for name in ("Bedroom", "camera.bedroom"):
        result = await look(server, say, "Look into the bedroom", name=name)
        assert result["error"] == "NoSuchCamera"
        assert "Gate" in result["error_text"]
    assert not hidden.stills
    async_expose_entity(hass, conversation.DOMAIN, "camera.gate", should_expose=False)
    result = await look(server, say, name="Gate")
    assert result["error"] == "NotAvailable"
    assert not seen.stills


async def test_no_camera(
    hass: HomeAssistant, server: ModelServer, say: Say, eyes: SetUp
) -> None:
    """Without a camera that is exposed there is no such tool."""
    await say(ASKED)
    assert LOOK not in offered(server.bodies[-1])
    await eyes(Eye("Gate"), exposed=False)
    await say(ASKED)
    assert LOOK not in offered(server.bodies[-1])
    server.script(
        reply(calls=[Call("query_tools", {"query": "camera picture"})]), reply("So.")
    )
    await say("Find a tool")
    assert LOOK not in json.dumps(result_in(server.bodies[-1]))


async def test_offered_when_asked_for(
    server: ModelServer, say: Say, eyes: SetUp
) -> None:
    """The tool costs nothing until somebody asks for a look, and is found by search."""
    await eyes(Eye("Front door"))
    await say("Turn on the light")
    assert LOOK not in offered(server.bodies[-1])
    server.script(
        reply(calls=[Call("query_tools", {"query": "see who is at the door"})]),
        reply("So."),
    )
    await say("Vem är det?", language="sv")
    found = result_in(server.bodies[-1])["tools"]
    assert LOOK in [tool["name"] for tool in found]
    assert LOOK in offered(server.bodies[-1])


async def test_offered_to_who_asks(server: ModelServer, say: Say, eyes: SetUp) -> None:
    """Who asks for a look has the tool in the first request."""
    await eyes(Eye("Front door"))
    await say("Wer ist an der Tür?", language="de")
    assert LOOK in offered(server.bodies[-1])


async def test_refused_pictures(
    server: ModelServer, say: Say, eyes: SetUp, entry: MockConfigEntry
) -> None:
    """A model that takes no pictures is told so; from then on no camera is asked."""
    door = Eye("Front door")
    await eyes(door)
    server.script(
        reply(calls=[Call(LOOK, {"name": "Front door"})]),
        failure(500, NO_IMAGES),
        reply("I cannot see it."),
    )
    result = await say(ASKED)
    assert (speech(result), failed(result)) == ("I cannot see it.", False)
    assert [len(shown(body)) for body in server.bodies] == [0, 1, 0]
    assert "cannot be shown" in result_in(server.bodies[-1])["note"]
    found = await look(server, say, "And now?", name="Front door")
    assert found["error"] == "PicturesNotSupported"
    assert door.stills == 1
    assert not shown(server.bodies[-1])


@pytest.mark.parametrize(("vision", "stills"), [(True, 1), (False, 0)])
async def test_told_by_the_server(
    hass: HomeAssistant,
    server: ModelServer,
    eyes: SetUp,
    say: Say,
    entry: MockConfigEntry,
    vision: bool,
    stills: int,
) -> None:
    """What llama.cpp tells of its model decides whether a camera is looked through."""
    props = {"total_slots": 1, "modalities": {"vision": vision, "audio": False}}
    server.pages["/props"] = Reply([json.dumps(props).encode()])
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    server.forget()
    door = Eye("Front door")
    await eyes(door)
    result = await look(server, say, name="Front door")
    assert ("picture_follows" in result) is vision
    assert door.stills == len(shown(server.bodies[-1])) == stills


async def test_fallback_that_takes_pictures(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    eyes: SetUp,
    set_options: Callable[..., None],
) -> None:
    """A camera is looked through for the fallback, while the server is down."""
    await eyes(Eye("Front door"))
    server.script(
        reply(calls=[Call(LOOK, {"name": "Front door"})]),
        failure(500, NO_IMAGES),
        reply("I cannot see it."),
    )
    await say(ASKED)
    async with ModelServer() as other:
        fallback = MockConfigEntry(
            domain=DOMAIN,
            title="Seeing",
            data={"base_url": other.base_url, "api_key": ""},
            options=Options(chat_model="eye", enable_fact_learning=False).stored(),
        )
        fallback.add_to_hass(hass)
        assert await hass.config_entries.async_setup(fallback.entry_id)
        await hass.async_block_till_done()
        set_options(fallback=fallback.entry_id)
        await server.stop()
        other.script(
            reply(calls=[Call(LOOK, {"name": "Front door"})]), reply("A parcel.")
        )
        assert speech(await say("And now?")) == "A parcel."
        assert len(shown(other.bodies[-1])) == 1
        assert not other.faults


def raising(error: BaseException) -> Callable[[], Awaitable[bytes | None]]:
    """Return a function that raises an error."""

    async def fail() -> bytes | None:
        raise error

    return fail


async def nothing() -> bytes | None:
    """Return no picture."""
    return None


@pytest.mark.parametrize(
    ("eye", "error", "words"),
    [
        (Eye("Front door", available=False), "NotAvailable", "not available"),
        (Eye("Front door", is_on=False), "NoPicture", "Camera is off"),
        (Eye("Front door", nothing), "NoPicture", "did not send one"),
        (Eye("Front door", b"<html>"), "NoPicture", "cannot be read"),
        (Eye("Front door", picture()[:-200]), "NoPicture", "cannot be read"),
        (Eye("Front door", bytes(21_000_000)), "NoPicture", "too large: 21 MB"),
        (
            Eye("Front door", raising(ValueError("http://admin:hunter2@10.0.0.7/"))),
            "NoPicture",
            "did not send one",
        ),
        (
            Eye("Front door", raising(HomeAssistantError("rtsp://admin:hunter2@a/"))),
            "NoPicture",
            "did not send one",
        ),
        (
            Eye("Front door", raising(asyncio.CancelledError())),
            "NoPicture",
            "did not send one",
        ),
    ],
    ids=[
        *("unavailable", "off", "nothing", "html", "cut_off", "huge"),
        *("error", "own_error", "cancelled"),
    ],
)
async def test_no_picture(
    server: ModelServer,
    say: Say,
    eyes: SetUp,
    caplog: pytest.LogCaptureFixture,
    eye: Eye,
    error: str,
    words: str,
) -> None:
    """A camera that gives no picture is an error in words, without its secrets."""
    await eyes(eye)
    result = await look(server, say, name="Front door")
    assert result["error"] == error
    assert words in result["error_text"]
    assert "Front door" in result["error_text"]
    assert not shown(server.bodies[-1])
    assert "hunter2" not in json.dumps(server.bodies)
    records = [r for r in caplog.records if r.levelname != "DEBUG"]
    assert "hunter2" not in " ".join(
        r.getMessage() for r in records if DOMAIN in r.name
    )


async def test_slow_camera(
    server: ModelServer, say: Say, eyes: SetUp, entry: MockConfigEntry
) -> None:
    """A camera that does not answer in time is an error result."""

    async def hang() -> bytes | None:
        await asyncio.sleep(60)
        return None

    await eyes(Eye("Front door", hang))
    entry.runtime_data.toolbox.runtime.camera_timeout = 1
    result = await look(server, say, name="Front door")
    assert result["error"] == "NoPicture"


async def test_cancelled_turn(
    hass: HomeAssistant, server: ModelServer, say: Say, eyes: SetUp
) -> None:
    """A turn that is cancelled while a camera is asked leaves nothing behind."""
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def wait() -> bytes | None:
        asked.set()
        await go_on.wait()
        return picture()

    await eyes(Eye("Front door", wait))
    server.script(reply(calls=[Call(LOOK, {"name": "Front door"})]))
    turn = asyncio.ensure_future(say(ASKED))
    await asked.wait()
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    go_on.set()
    await hass.async_block_till_done()
    await say("Never mind")
    assert not shown(server.bodies[-1])
    result = await look(server, say, name="Front door")
    assert result["camera"] == "Front door"


async def test_user_without_permission(
    hass: HomeAssistant, server: ModelServer, say: Say, eyes: SetUp, resident: Context
) -> None:
    """A user who may not read a camera in Home Assistant does not see it here."""
    gate, bedroom = Eye("Gate"), Eye("Bedroom")
    await eyes(gate, bedroom)
    user = await hass.auth.async_get_user(resident.user_id or "")
    assert user is not None
    user.mock_policy(  # type: ignore[attr-defined]
        {"entities": {"entity_ids": {"camera.gate": {POLICY_READ: True}}}}
    )
    result = await look(server, say, "Look into the bedroom", name="Bedroom")
    assert result["error"] == "NoSuchCamera"
    assert "Bedroom" not in result["error_text"]
    assert not bedroom.stills
    assert (await look(server, say, name="Gate"))["camera"] == "Gate"


async def test_turn_of_nobody(server: ModelServer, say: Say, eyes: SetUp) -> None:
    """An automation can ask what a camera sees, as it can ask for states."""
    await eyes(Eye("Front door"))
    server.script(reply(calls=[Call(LOOK, {"name": "Front door"})]), reply("A parcel."))
    result = await say(ASKED, context=Context())
    assert speech(result) == "A parcel."
    assert len(shown(server.bodies[-1])) == 1


def definitions(bodies: Iterable[Json]) -> list[Json]:
    """Return the definitions of the tool in requests."""
    return [
        tool["function"]
        for body in bodies
        for tool in body["tools"]
        if tool["function"]["name"] == LOOK
    ]


async def test_definition(server: ModelServer, say: Say, eyes: SetUp) -> None:
    """The definition names one parameter."""
    await eyes(Eye("Front door"))
    await say(ASKED)
    (definition,) = definitions(server.bodies)
    parameters = definition["parameters"]
    assert list(parameters["properties"]) == parameters["required"] == ["name"]
