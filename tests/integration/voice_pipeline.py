"""A voice pipeline in the test process: speech to text, text to speech, a satellite."""

from collections.abc import AsyncGenerator, AsyncIterable
from typing import Any, override

from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockModule,
    MockPlatform,
    mock_config_flow,
    mock_integration,
    mock_platform,
)

from homeassistant import config_entries
from homeassistant.components import assist_pipeline, assist_satellite, stt, tts
from homeassistant.components.assist_pipeline import PipelineEvent
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddEntitiesCallback
from homeassistant.setup import async_setup_component

DOMAIN = "voice_test"
PLATFORMS = [Platform.STT, Platform.TTS, Platform.ASSIST_SATELLITE]


class SpeechToText(stt.SpeechToTextEntity):
    """Understands any audio as the text that is said last."""

    _attr_name = "Ear"
    text = ""
    supported_languages = property(lambda _: ["en"])
    supported_formats = property(lambda _: [stt.AudioFormats.WAV])
    supported_codecs = property(lambda _: [stt.AudioCodecs.PCM])
    supported_bit_rates = property(lambda _: [stt.AudioBitRates.BITRATE_16])
    supported_sample_rates = property(lambda _: [stt.AudioSampleRates.SAMPLERATE_16000])
    supported_channels = property(lambda _: [stt.AudioChannels.CHANNEL_MONO])
    audio_processing = stt.SpeechAudioProcessing(
        requires_external_vad=False,
        prefers_auto_gain_enabled=False,
        prefers_noise_reduction_enabled=False,
    )

    @override
    async def async_process_audio_stream(
        self, metadata: stt.SpeechMetadata, stream: AsyncIterable[bytes]
    ) -> stt.SpeechResult:
        """Return the text once the audio ends."""
        async for _ in stream:
            pass
        return stt.SpeechResult(self.text, stt.SpeechResultState.SUCCESS)


class WholeSpeech(tts.TextToSpeechEntity):
    """Speaks texts that are complete."""

    _attr_name = "Voice"
    default_language = property(lambda _: "en")
    supported_languages = property(lambda _: ["en"])

    @override
    async def async_get_tts_audio(
        self, message: str, language: str, options: dict[str, Any]
    ) -> tts.TtsAudioType:
        """Return the text as audio."""
        return "mp3", message.encode()


class StreamedSpeech(WholeSpeech):
    """Speaks texts while they arrive."""

    @override
    async def async_stream_tts_audio(
        self, request: tts.TTSAudioRequest
    ) -> tts.TTSAudioResponse:
        """Return the text as audio."""

        async def audio() -> AsyncGenerator[bytes]:
            """Yield each part of the text."""
            async for part in request.message_gen:
                yield part.encode()

        return tts.TTSAudioResponse("mp3", audio())


class Satellite(assist_satellite.AssistSatelliteEntity):
    """A satellite that hears silence."""

    def __init__(self, name: str, ear: SpeechToText) -> None:
        """Initialize a satellite by its name."""
        self._attr_name = name
        self._ear = ear
        self.events: list[PipelineEvent] = []

    @override
    def async_get_configuration(self) -> assist_satellite.AssistSatelliteConfiguration:
        """Return no wake words."""
        return assist_satellite.AssistSatelliteConfiguration([], [], 0)

    @override
    async def async_set_configuration(
        self, config: assist_satellite.AssistSatelliteConfiguration
    ) -> None:
        """Keep the configuration as it is."""

    @override
    def on_pipeline_event(self, event: PipelineEvent) -> None:
        """Keep an event."""
        self.events.append(event)

    async def hear(self, text: str) -> None:
        """Run the pipeline with what is said to the satellite."""

        async def audio() -> AsyncGenerator[bytes]:
            """Yield a moment of silence."""
            yield bytes(3200)

        self._ear.text = text
        await self.async_accept_pipeline_from_satellite(audio())


async def async_set_up(
    hass: HomeAssistant, agent: str, *names: str, streams: bool
) -> list[Satellite]:
    """Set up a pipeline with an agent; return satellites that use it."""
    ear = SpeechToText()
    satellites = [Satellite(name, ear) for name in names]
    entities: dict[str, list[Entity]] = {
        "stt": [ear],
        "tts": [StreamedSpeech() if streams else WholeSpeech()],
        "assist_satellite": list(satellites),
    }

    class Flow(config_entries.ConfigFlow):
        """A config flow without steps."""

    async def set_up(hass: HomeAssistant, entry: ConfigEntry) -> bool:
        """Set up the platforms."""
        await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
        return True

    async def unload(hass: HomeAssistant, entry: ConfigEntry) -> bool:
        """Unload the platforms."""
        return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)

    mock_integration(
        hass,
        MockModule(DOMAIN, async_setup_entry=set_up, async_unload_entry=unload),
        built_in=False,
    )
    mock_platform(hass, f"{DOMAIN}.config_flow")
    for platform in PLATFORMS:

        async def add(
            hass: HomeAssistant,
            entry: ConfigEntry,
            async_add_entities: AddEntitiesCallback,
            added: tuple[Entity, ...] = tuple(entities[platform]),
        ) -> None:
            """Add the entities of a platform."""
            async_add_entities(added)

        mock_platform(hass, f"{DOMAIN}.{platform}", MockPlatform(async_setup_entry=add))
    for component in ("assist_pipeline", "assist_satellite"):
        assert await async_setup_component(hass, component, {})
    entry = MockConfigEntry(domain=DOMAIN)
    entry.add_to_hass(hass)
    with mock_config_flow(DOMAIN, Flow):
        assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    await assist_pipeline.async_update_pipeline(
        hass,
        assist_pipeline.async_get_pipeline(hass),
        conversation_engine=agent,
        stt_engine="stt.ear",
        stt_language="en",
        tts_engine="tts.voice",
        tts_language="en",
    )
    return satellites
