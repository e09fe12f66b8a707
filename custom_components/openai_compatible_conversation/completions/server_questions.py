"""The questions by which a server tells what it is, each in the words of one kind.

Each is one request that a server answers without its model: nothing is generated or
loaded by it. What fails or is not understood stays unknown.

Decision record: docs/decisions/0022-one-owner-of-the-slot.md.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
import json
import re
from typing import Any, TypeIs
from urllib.parse import quote

from .endpoints import join_path
from .errors import CannotConnectError, CompletionError
from .server_facts import (
    BATCHING,
    ServerFacts,
    engine_facts,
    facts_from_models,
    size_of,
)

QUESTION_TIMEOUT = 5.0
"""Seconds that a server has for one answer."""

_SERVER_FAILED = 500

_VERSION_PATH = re.compile(r"/(?:v\d+|api)$")
_NUM_CTX = re.compile(r"^num_ctx\s+(\d{1,9})\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class FetchedJson:
    """The headers of a response, with names in lower case, and the JSON of its body."""

    headers: Mapping[str, str]
    body: object


type Fetch = Callable[
    [Mapping[str, str] | None, str, bytes | None], Awaitable[FetchedJson]
]
"""Requests JSON from a URL with headers and, for a POST, a body.

Raises `CompletionError`.
"""


class ServerQuestions:
    """The questions that are asked of one server at one time."""

    def __init__(
        self,
        base_url: str,
        model: str,
        headers: Mapping[str, str] | None,
        fetch: Fetch,
    ) -> None:
        """Initialize with the server's base URL."""
        self._base_url = base_url
        path, mark, query = base_url.partition("?")
        self._root = f"{_VERSION_PATH.sub('', path.rstrip('/'))}{mark}{query}"
        self._model = model
        self._headers = headers
        self._fetch = fetch

    async def facts(self, *, is_local: bool) -> ServerFacts | None:
        """Return what the server is, None if it cannot be asked now."""
        try:
            listing = await self._request(join_path(self._base_url, "/models"), None)
        except CompletionError, TimeoutError:
            return None
        found = facts_from_models(listing.body, listing.headers, self._model)
        if found.runs_model is False:
            return found
        if not is_local and found.kind != "llama.cpp":
            # Clouds use the same software, and their own paths are not asked for.
            return ServerFacts(context=found.context)
        answers = {
            "llama.cpp": self._llama_cpp,
            "ollama": self._ollama,
            "lm-studio": self._lm_studio,
            "tgi": self._text_generation_inference,
            "koboldcpp": self._koboldcpp,
            "localai": self._localai,
            "gateway": self._open_webui,
        }
        if found.kind in BATCHING or (found.kind and found.kind not in answers):
            return engine_facts(found.kind, context=found.context)
        for kind, ask in answers.items():
            if found.kind in ("", kind) and (told := await ask()):
                return replace(told, context=told.context or found.context)
        return found

    async def _llama_cpp(self) -> ServerFacts | None:
        """Ask llama.cpp: `/props` has the slots, the context of one, and the modalities.

        A server with several models is asked for that of the entry, without loading it.
        """
        query = f"/props?model={quote(self._model, safe='')}&autoload=false"
        props = await self._get(query)
        slots = size_of(props.get("total_slots"))
        settings = props.get("default_generation_settings")
        context = size_of(settings.get("n_ctx")) if _is_object(settings) else None
        if slots is None and context is None and props.get("role") != "router":
            return None
        modalities = props.get("modalities")
        vision = modalities.get("vision") if _is_object(modalities) else None
        return engine_facts(
            "llama.cpp",
            slots=slots,
            context=context,
            takes_pictures=vision if isinstance(vision, bool) else None,
        )

    async def _ollama(self) -> ServerFacts | None:
        """Ask Ollama: `/api/show` has what a model is, `/api/ps` the loaded ones.

        It has the models of its cloud too, with the host that they run on.
        """
        shown = await self._get("/api/show", {"model": self._model})
        if not _is_object(shown.get("details")):
            return None
        able = shown.get("capabilities")
        pictures = "vision" in able if isinstance(able, list) and able else None
        if shown.get("remote_host") or shown.get("remote_model"):
            return ServerFacts("ollama", runs_model=False, takes_pictures=pictures)
        running = (await self._get("/api/ps")).get("models")
        names = (self._model, f"{self._model}:latest")
        loaded = (
            size_of(model.get("context_length"))
            for model in (running if isinstance(running, list) else ())
            if _is_object(model) and model.get("name") in names
        )
        context = next((size for size in loaded if size), None)
        if context is None and (own := _NUM_CTX.search(str(shown.get("parameters")))):
            context = size_of(int(own[1]))
        return engine_facts("ollama", context=context, takes_pictures=pictures)

    async def _lm_studio(self) -> ServerFacts | None:
        """Ask LM Studio: `/api/v0/models` has the context of a loaded model."""
        listed = (await self._get("/api/v0/models")).get("data")
        models = listed if isinstance(listed, list) else []
        if not any(_is_object(m) and "max_context_length" in m for m in models):
            return None
        contexts = (
            size_of(model.get("loaded_context_length"))
            for model in models
            if _is_object(model) and model.get("id") == self._model
        )
        context = next((size for size in contexts if size), None)
        return engine_facts("lm-studio", context=context, slots=await self._parallel())

    async def _parallel(self) -> int | None:
        """Ask LM Studio how many requests a loaded model serves at once."""
        models = (await self._get("/api/v1/models")).get("models")
        for model in models if isinstance(models, list) else ():
            instances = model.get("loaded_instances") if _is_object(model) else None
            for instance in instances if isinstance(instances, list) else ():
                if _is_object(instance) and instance.get("id") == self._model:
                    config = instance.get("config")
                    return (
                        size_of(config.get("parallel")) if _is_object(config) else None
                    )
        return None

    async def _text_generation_inference(self) -> ServerFacts | None:
        """Ask Text Generation Inference: `/info` has its limits."""
        info = await self._get("/info")
        if (slots := size_of(info.get("max_concurrent_requests"))) is None:
            return None
        return engine_facts(
            "tgi", slots=slots, context=size_of(info.get("max_total_tokens"))
        )

    async def _koboldcpp(self) -> ServerFacts | None:
        """Ask KoboldCpp, which serves one request at a time."""
        version = await self._get("/api/extra/version")
        if version.get("result") != "KoboldCpp":
            return None
        limit = await self._get("/api/extra/true_max_context_length")
        return engine_facts("koboldcpp", slots=1, context=size_of(limit.get("value")))

    async def _localai(self) -> ServerFacts | None:
        """Ask LocalAI, whose `/system` lists its backends."""
        system = await self._get("/system")
        is_localai = isinstance(system.get("backends"), list)
        return engine_facts("localai") if is_localai else None

    async def _open_webui(self) -> ServerFacts | None:
        """Ask Open WebUI, which passes requests on to other servers, also to clouds."""
        config = await self._get("/api/config")
        is_webui = _is_object(config.get("features")) and "version" in config
        return ServerFacts("gateway", runs_model=False) if is_webui else None

    async def _get(
        self, path: str, body: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        """Return the JSON object at a path of the server, an empty one without it."""
        content = None if body is None else json.dumps(body).encode()
        path, _, query = path.partition("?")
        url = join_path(self._root, path)
        if query:
            url += f"{'&' if '?' in url else '?'}{query}"
        try:
            answer = (await self._request(url, content)).body
        except CompletionError, TimeoutError:
            return {}
        return answer if _is_object(answer) else {}

    async def _request(self, url: str, content: bytes | None) -> FetchedJson:
        """Return what is at a URL; an answer that is an error has no body.

        Raises `CompletionError` if the server does not answer, and TimeoutError.
        """
        try:
            async with asyncio.timeout(QUESTION_TIMEOUT):
                return await self._fetch(self._headers, url, content)
        except CannotConnectError:
            raise
        except CompletionError as err:
            if err.status is None or err.status >= _SERVER_FAILED:
                raise
            return FetchedJson({}, None)


def _is_object(value: object) -> TypeIs[Mapping[str, Any]]:
    """Return whether a value is a JSON object."""
    return isinstance(value, Mapping)
