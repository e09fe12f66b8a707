"""What a server was found to be: its kind, its slots and the size of its context.

`Server.facts` (agent/server.py) has the facts of the server and model of an entry. They
are asked for in the background, after set-up, after the server was unavailable and when
the model changes (completions/server_inquiry.py). Until then, and for whatever a server
does not tell, they are unknown: nobody may wait for them.

- `ServerFacts.context`: tokens of one request, prompt and answer together, as the server
  is running now. None if it does not tell; what a model could have at most does not count.
- `ServerFacts.slots`: requests that are served at the same time. None if not known.
- `ServerFacts.runs_model`: whether it runs the model itself, so that reading a prompt
  costs nothing but time. False for a cloud, and for a gateway that may lead to one.
- `ServerFacts.takes_pictures`: whether the model takes pictures, as it is loaded. None if
  the server does not tell.

Decision record: docs/decisions/0022-one-owner-of-the-slot.md.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
import re
from typing import Any

MANY_SLOTS = 16
"""Slots of a server that batches as many requests as come, which does not tell how many."""

MAX_CONTEXT = 100_000_000
"""Tokens above which a size is no size."""

ENGINES = {
    "aphrodite": "aphrodite",
    "docker": "docker-model-runner",
    "exo": "exo",
    "fastchat": "fastchat",
    "koboldcpp": "koboldcpp",
    "lemonade": "lemonade",
    "library": "ollama",
    "llama-swap": "llama-swap",
    "llamacpp": "llama.cpp",
    "lmdeploy": "lmdeploy",
    "organization_owner": "lm-studio",
    "ovms": "openvino",
    "pygmalionai": "aphrodite",
    "sglang": "sglang",
    "tabbyapi": "tabbyapi",
    "vllm": "vllm",
    "xinference": "xinference",
}
"""Kinds of servers that run models, by `owned_by` in their list of models."""

BATCHING = frozenset({"aphrodite", "lmdeploy", "sglang", "tgi", "vllm"})
"""Kinds that add each request to a running batch."""

CLOUD_OWNERS = frozenset(
    {
        "ai21",
        "anthropic",
        "azure",
        "bedrock",
        "cohere",
        "deepseek",
        "google",
        "mistralai",
        "moonshot",
        "openai",
        "openai-internal",
        "openrouter",
        "perplexity",
        "system",
        "vertex-ai",
        "vertexai",
        "x-ai",
        "xai",
        "zhipu",
    }
)
"""`owned_by` in the lists of clouds, and of gateways that name the cloud."""

_HOSTED_MODEL = re.compile(
    r"(?:^|/)(?:gpt-\d|chatgpt|o[1-9](?:-|$)|claude-|gemini-|grok-|sonar|command-r-plus)"
    r"|[:-]cloud$",
    re.IGNORECASE,
)
"""Names of models that only clouds run; `-cloud` is Ollama's for those that it passes on."""

_GATEWAY_HEADER = re.compile(
    r"x-litellm-|llm_provider-|x-oneapi-|x-new-api-|x-portkey-|helicone-|cf-aig-|x-kong-"
    r"|openai-(?:organization|processing-ms|version)$|anthropic-|x-groq-|x-openrouter-"
    r"|x-ratelimit-(?:limit|remaining)-tokens$",
    re.IGNORECASE,
)
"""Headers of clouds and of gateways: who serves, and what is left of a budget."""

_LLAMA_CPP_BUILD = re.compile(rb'"system_fingerprint":\s*"b\d+-')


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What is known of a server and one of its models; None is unknown."""

    kind: str = ""
    """The software, such as `llama.cpp`; empty if it is not known."""
    runs_model: bool | None = None
    slots: int | None = None
    context: int | None = None
    takes_pictures: bool | None = None


UNKNOWN = ServerFacts()


def facts_from_models(
    listing: object, headers: Mapping[str, str], model: str
) -> ServerFacts:
    """Return what a list of models and the headers of that response tell.

    Format: OpenAI's `/models`. vLLM and SGLang add `max_model_len`, llama.cpp
    `meta.n_ctx`, OpenRouter and others `context_length`.
    """
    entries = list(_entries(listing))
    own = [entry for entry in entries if entry.get("id") == model]
    context = next((size for entry in own if (size := _context_of(entry))), None)
    if _has_gateway_header(headers):
        return ServerFacts("gateway", runs_model=False, context=context)
    if headers.get("server", "").lower().startswith("llama.cpp"):
        return ServerFacts("llama.cpp", runs_model=True, context=context)
    # A gateway lists the models of several servers.
    owners = {str(entry.get("owned_by")).lower() for entry in own or entries}
    if owners & CLOUD_OWNERS or _HOSTED_MODEL.search(model):
        return ServerFacts("gateway", runs_model=False, context=context)
    kinds = {ENGINES[owner] for owner in owners if owner in ENGINES}
    if len(kinds) == 1:
        return engine_facts(kinds.pop(), context=context)
    return ServerFacts(context=context)


def engine_facts(
    kind: str,
    *,
    slots: int | None = None,
    context: int | None = None,
    takes_pictures: bool | None = None,
) -> ServerFacts:
    """Return the facts of a server that runs models itself."""
    if slots is None and kind in BATCHING:
        slots = MANY_SLOTS
    return ServerFacts(
        kind,
        runs_model=True,
        slots=slots,
        context=context,
        takes_pictures=takes_pictures,
    )


def runs_llama_cpp(chunk: bytes) -> bool:
    """Return whether the beginning of a response is of llama.cpp, behind whatever.

    Its `system_fingerprint` is the number of the build and the commit: `b6123-4cf0edf`.
    """
    return _LLAMA_CPP_BUILD.search(chunk) is not None


def is_gateway_response(headers: Mapping[str, str]) -> bool:
    """Return whether the headers of a response are of a cloud or a gateway."""
    return _has_gateway_header(headers)


def size_of(value: object) -> int | None:
    """Return a number of tokens or slots in an answer, None if it is none."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 < value <= MAX_CONTEXT else None


def _entries(listing: object) -> Iterator[Mapping[str, Any]]:
    """Yield the entries of a list of models."""
    found = listing.get("data") if isinstance(listing, Mapping) else listing
    if isinstance(found, list):
        yield from (entry for entry in found if isinstance(entry, Mapping))


def _context_of(entry: Mapping[str, Any]) -> int | None:
    """Return the size of the context in an entry of a list of models."""
    meta = entry.get("meta")
    sizes = (
        entry.get("max_model_len"),
        entry.get("loaded_context_length"),
        entry.get("context_length"),
        meta.get("n_ctx") if isinstance(meta, Mapping) else None,
    )
    return next((size for value in sizes if (size := size_of(value))), None)


def _has_gateway_header(headers: Iterable[str]) -> bool:
    """Return whether one of the names of headers is of a cloud or a gateway."""
    return any(_GATEWAY_HEADER.match(name) for name in headers)
