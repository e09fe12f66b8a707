"""Tests of what a server is found to be, by its own words."""

from collections.abc import Mapping
from typing import Any

import pytest

from custom_components.openai_compatible_conversation.completions.errors import (
    CompletionError,
    ConnectionLostError,
    UnreachableError,
)
from custom_components.openai_compatible_conversation.completions.server_facts import (
    MANY_SLOTS,
    UNKNOWN,
    ServerFacts,
    facts_from_models,
)
from custom_components.openai_compatible_conversation.completions.server_inquiry import (
    ServerInquiry,
)
from custom_components.openai_compatible_conversation.completions.server_questions import (
    FetchedJson,
)

URL = "http://192.168.1.20:8080/v1"
ROOT = "http://192.168.1.20:8080"
LITELLM = {"server": "uvicorn", "x-litellm-version": "1.80.0"}


def listing(**entry: Any) -> dict[str, Any]:
    """Return a list of models with one entry."""
    return {"object": "list", "data": [{"id": "m", "object": "model", **entry}]}


class Pages:
    """What a server answers, by URL, and what it was asked for."""

    def __init__(self, **pages: object) -> None:
        """Initialize with the list of models, and what is at its other paths.

        An underscore stands for a slash; an error is raised.
        """
        self.pages = {
            f"{ROOT}/{path.replace('__', '/')}": page for path, page in pages.items()
        }
        self.asked: list[str] = []

    async def fetch(
        self, headers: Mapping[str, str] | None, url: str, content: bytes | None
    ) -> FetchedJson:
        """Return what is at a URL."""
        assert headers == {"X-Team": "blue"}
        self.asked.append(f"{'POST' if content else 'GET'} {url.removeprefix(ROOT)}")
        page = self.pages.get(url.partition("?")[0])
        if isinstance(page, FetchedJson):
            return page
        if page is None:
            page = CompletionError("File Not Found")
            page.status = 404
        if isinstance(page, CompletionError):
            raise page
        return FetchedJson({}, page)


async def facts_of(
    pages: Pages, *, is_local: bool = True, url: str = URL
) -> ServerFacts:
    """Return what is found out about a server."""
    inquiry = ServerInquiry(lambda: url, pages.fetch)
    assert await inquiry.ask("m", {"X-Team": "blue"}, is_local=is_local)
    return inquiry.facts("m")


PROPS = {"total_slots": 4, "default_generation_settings": {"n_ctx": 4096, "params": {}}}
SHOWN = {
    "details": {"format": "gguf", "family": "qwen3"},
    "parameters": "temperature 0.7\nnum_ctx                        16384\n",
    "model_info": {"qwen3.context_length": 40960},
}
LM_STUDIO = {
    "data": [
        {"id": "m", "max_context_length": 32768, "loaded_context_length": 8192},
        {"id": "n", "max_context_length": 32768, "state": "not-loaded"},
    ]
}
LM_STUDIO_LOADED = {
    "models": [
        {"key": "x", "loaded_instances": []},
        {
            "key": "m",
            "loaded_instances": [
                {"id": "m", "config": {"context_length": 8192, "parallel": 4}}
            ],
        },
    ]
}


@pytest.mark.parametrize(
    ("pages", "facts"),
    [
        (
            {"v1__models": listing(owned_by="llamacpp"), "props": PROPS},
            ServerFacts("llama.cpp", runs_model=True, slots=4, context=4096),
        ),
        (
            {"v1__models": listing(), "props": PROPS},
            ServerFacts("llama.cpp", runs_model=True, slots=4, context=4096),
        ),
        *(
            (
                {"v1__models": listing(), "props": {**PROPS, "modalities": told}},
                ServerFacts(
                    "llama.cpp",
                    runs_model=True,
                    slots=4,
                    context=4096,
                    takes_pictures=known,
                ),
            )
            for told, known in (
                ({"vision": True, "audio": False}, True),
                ({"vision": False, "audio": False}, False),
                ({"audio": False}, None),
                ({"vision": "maybe"}, None),
                (["vision"], None),
            )
        ),
        # A router, whose model is not loaded.
        (
            {"v1__models": listing(owned_by="llamacpp"), "props": {"role": "router"}},
            ServerFacts("llama.cpp", runs_model=True),
        ),
        (
            {"v1__models": listing(owned_by="llamacpp", meta={"n_ctx": 2048})},
            ServerFacts("llama.cpp", runs_model=True, context=2048),
        ),
        (
            {
                "v1__models": listing(owned_by="library"),
                "api__show": SHOWN,
                "api__ps": {"models": [{"name": "m:latest", "context_length": 4096}]},
            },
            ServerFacts("ollama", runs_model=True, context=4096),
        ),
        (
            {"v1__models": listing(owned_by="somebody"), "api__show": SHOWN},
            ServerFacts("ollama", runs_model=True, context=16384),
        ),
        *(
            (
                {"v1__models": listing(), "api__show": {**SHOWN, "capabilities": told}},
                ServerFacts(
                    "ollama", runs_model=True, context=16384, takes_pictures=known
                ),
            )
            for told, known in (
                (["completion", "tools", "vision"], True),
                (["completion", "tools"], False),
                ([], None),
                ("vision", None),
            )
        ),
        # What a model could have is not what the server runs it with.
        (
            {"v1__models": listing(), "api__show": {**SHOWN, "parameters": ""}},
            ServerFacts("ollama", runs_model=True),
        ),
        (
            {
                "v1__models": listing(owned_by="library"),
                "api__show": {**SHOWN, "remote_host": "https://ollama.com:443"},
            },
            ServerFacts("ollama", runs_model=False),
        ),
        (
            {
                "v1__models": listing(owned_by="organization_owner"),
                "api__v0__models": LM_STUDIO,
                "api__v1__models": LM_STUDIO_LOADED,
            },
            ServerFacts("lm-studio", runs_model=True, slots=4, context=8192),
        ),
        (
            {"v1__models": listing(owned_by="vllm", max_model_len=32768)},
            ServerFacts("vllm", runs_model=True, slots=MANY_SLOTS, context=32768),
        ),
        (
            {
                "v1__models": listing(),
                "info": {"max_concurrent_requests": 128, "max_total_tokens": 4096},
            },
            ServerFacts("tgi", runs_model=True, slots=128, context=4096),
        ),
        (
            {
                "v1__models": listing(owned_by="koboldcpp"),
                "api__extra__version": {"result": "KoboldCpp", "version": "1.90"},
                "api__extra__true_max_context_length": {"value": 8192},
            },
            ServerFacts("koboldcpp", runs_model=True, slots=1, context=8192),
        ),
        (
            {"v1__models": listing(), "system": {"backends": ["llama-cpp"]}},
            ServerFacts("localai", runs_model=True),
        ),
        (
            {
                "v1__models": listing(),
                "api__config": {"version": "0.6", "features": {"auth": True}},
            },
            ServerFacts("gateway", runs_model=False),
        ),
        (
            {"v1__models": FetchedJson(LITELLM, listing(owned_by="openai"))},
            ServerFacts("gateway", runs_model=False),
        ),
        (
            {"v1__models": listing(owned_by="anthropic", context_length=200_000)},
            ServerFacts("gateway", runs_model=False, context=200_000),
        ),
        ({"v1__models": listing()}, UNKNOWN),
        ({}, UNKNOWN),
    ],
)
async def test_kinds(pages: dict[str, object], facts: ServerFacts) -> None:
    """Each kind of server tells what it is, in its own way."""
    assert await facts_of(Pages(**pages)) == facts


@pytest.mark.parametrize(
    "page",
    [
        [],
        {"total_slots": "4", "default_generation_settings": []},
        {"total_slots": True, "default_generation_settings": {"n_ctx": -1}},
        {"total_slots": 10**12, "details": None, "models": 3, "data": {"m": 1}},
        {"models": [None, {"name": "m"}, {"loaded_instances": [1, {"id": "m"}]}]},
        {"details": {}, "parameters": ["num_ctx"], "data": [{"max_context_length": 1}]},
    ],
)
async def test_nonsense(page: object) -> None:
    """No answer of a server is an error, whatever it has at its paths."""
    paths = ("v1__models", "props", "info", "system", "api__show", "api__ps")
    more = ("api__v0__models", "api__v1__models", "api__config", "api__extra__version")
    facts = await facts_of(Pages(**dict.fromkeys((*paths, *more), page)))
    assert facts.slots is facts.context is None


async def test_cloud_is_not_searched() -> None:
    """A server that is not in the house is asked for its models, and for nothing else."""
    pages = Pages(v1__models=listing(owned_by="vllm", max_model_len=8192))
    assert await facts_of(pages, is_local=False) == ServerFacts(context=8192)
    assert pages.asked == ["GET /v1/models"]
    pages = Pages(
        v1__models=FetchedJson({"server": "llama.cpp"}, listing()), props=PROPS
    )
    assert (await facts_of(pages, is_local=False)).slots == 4


async def test_paths() -> None:
    """The paths beside the API are found from any base URL; keys in it are kept."""
    pages = Pages()
    pages.pages[f"{ROOT}/llm/v1/models"] = listing(owned_by="llamacpp")
    await facts_of(pages, url=f"{ROOT}/llm/v1?key=1")
    assert pages.asked == [
        "GET /llm/v1/models?key=1",
        "GET /llm/props?key=1&model=m&autoload=false",
    ]


@pytest.mark.parametrize("status", [None, 500, 503])
async def test_unavailable(status: int | None) -> None:
    """A server that does not answer is asked again; what was known of it stays."""
    pages = Pages(v1__models=listing(), props=PROPS)
    inquiry = ServerInquiry(lambda: URL, pages.fetch)
    headers = {"X-Team": "blue"}
    assert await inquiry.ask("m", headers, is_local=True)
    error = UnreachableError() if status is None else ConnectionLostError()
    error.status = status
    pages.pages = {f"{ROOT}/v1/models": error}
    assert not await inquiry.ask("m", headers, is_local=True)
    assert inquiry.facts("m").slots == 4
    pages.pages = {f"{ROOT}/v1/models": listing(), f"{ROOT}/props": {"total_slots": 1}}
    assert await inquiry.ask("m", headers, is_local=True)
    assert inquiry.facts("m").slots == 1
    assert inquiry.facts("n") == UNKNOWN


async def test_answers_tell() -> None:
    """The headers and the build in a response tell what is behind an address."""
    inquiry = ServerInquiry(lambda: URL, Pages().fetch)
    inquiry.observe("m", {"server": "uvicorn"}, b'data: {"id":"1"}')
    assert inquiry.facts("m") == UNKNOWN
    inquiry.observe("m", {"x-ratelimit-remaining-tokens": "9"}, b'data: {"id":"1"}')
    assert inquiry.facts("m").runs_model is False
    llama = b'data: {"choices":[],"system_fingerprint":"b11669-Debian"}'
    inquiry.observe("n", {"x-litellm-version": "1.80.0"}, llama)
    assert inquiry.facts("n") == ServerFacts("llama.cpp", runs_model=True)
    # A gateway that is asked later cannot tell that of its own list.
    await inquiry.ask("n", {"X-Team": "blue"}, is_local=True)
    assert inquiry.facts("n").runs_model
    cloud = b'data: {"system_fingerprint":"fp_44709d6fcb"}'
    inquiry.observe("o", {}, cloud)
    assert inquiry.facts("o") == UNKNOWN


@pytest.mark.parametrize(
    ("model", "is_hosted"),
    [
        ("gpt-4o-mini", True),
        ("openai/gpt-5", True),
        ("claude-sonnet-4", True),
        ("gemini-2.5-flash", True),
        ("o3", True),
        ("gpt-oss:120b-cloud", True),
        ("gpt-oss-20b", False),
        ("qwen3-8b", False),
        ("olmo-3", False),
        ("home", False),
    ],
)
def test_hosted_models(model: str, is_hosted: bool) -> None:
    """The name of a model that only clouds run gives a gateway away."""
    assert (facts_from_models(None, {}, model).runs_model is False) is is_hosted
