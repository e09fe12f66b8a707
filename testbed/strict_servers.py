"""How Mistral, LM Studio, Gemini and Azure reject a request, in their own words.

Each is a function from a request to the response that rejects it, None if the server
would accept it: set it as the `reject` of a model server. The words are those that
users of these servers report.
"""

import re
from typing import Any

from .replies import Body, Reply, failure
from .server import RecordedRequest
from .strict_histories import azure_faults, gemini_faults, mistral_faults
from .strict_schemas import gemini_schema_faults

AZURE_KEY = "azure-key"
AZURE_DEPLOYMENT = "scripted"

_MISTRAL_FIELDS = {"role", "content", "tool_calls", "tool_call_id", "name", "prefix"}
_MAX_AZURE_TOOLS = 128


def mistral(request: RecordedRequest) -> Reply | None:
    """Return how Mistral rejects a request."""
    if (body := _completion(request)) is None:
        return None
    for number, message in enumerate(body["messages"]):
        if extra := sorted(message.keys() - _MISTRAL_FIELDS):
            detail = {
                "type": "extra_forbidden",
                "loc": ["body", "messages", number, message["role"], extra[0]],
                "msg": "Extra inputs are not permitted",
            }
            return failure(422, {"detail": [detail]})
    for words, kind, code, param in mistral_faults(body["messages"]):
        error = {"object": "error", "message": words, "type": kind, "param": param}
        return failure(400, {**error, "code": code, "raw_status_code": 400})
    return None


def lm_studio(request: RecordedRequest) -> Reply | None:
    """Return how LM Studio rejects a request."""
    if (body := _completion(request)) is None:
        return None
    for message in body["messages"]:
        if not isinstance(message["content"], str | list):
            words = "'content' field must be a string or an array of objects."
            return failure(400, {"error": f"Invalid 'content': {words}"})
        if not message["content"] and not message.get("tool_calls"):
            words = (
                "must only contain objects with a 'content' field that is not empty."
            )
            return failure(400, {"error": f"'messages' array {words}"})
    if body.get("response_format", {}).get("type") == "json_object":
        words = "'response_format.type' must be 'json_schema' or 'text'"
        return failure(400, {"error": words})
    return None


def gemini(request: RecordedRequest) -> Reply | None:
    """Return how Google's API that is compatible with OpenAI's rejects a request."""
    if (body := _completion(request)) is None:
        return None
    tools = [tool["function"] for tool in body.get("tools", ())]
    faults = [*gemini_schema_faults(tools), *gemini_faults(body["messages"])]
    if not faults:
        return None
    # Those in a list are told together, any other alone.
    listed = [fault for fault in faults if fault.startswith("*")]
    words = "".join(listed) if faults[0] in listed else faults[0]
    error = {"code": 400, "message": words, "status": "INVALID_ARGUMENT"}
    return failure(400, [{"error": error}])


def azure(request: RecordedRequest) -> Reply | None:
    """Return how Azure rejects a request.

    The key is expected in the header `api-key`. At the address of a deployment, a query
    tells the version of the API; at `/openai/v1` the deployment is the model.
    """
    if request.headers.get("api-key") != AZURE_KEY:
        words = (
            "Access denied due to invalid subscription key or wrong API endpoint. Make "
            "sure to provide a valid key for an active subscription and use a correct "
            "regional API endpoint for your resource."
        )
        return _azure_failure(401, "401", words)
    body = _completion(request)
    deployment = re.match(r"/openai/deployments/([^/]+)/", request.path)
    if deployment and (body is None or "api-version" not in request.query):
        return _azure_failure(404, "404", "Resource not found")
    if body is None:
        return None
    if (deployment[1] if deployment else body["model"]) != AZURE_DEPLOYMENT:
        words = (
            "The API deployment for this resource does not exist. If you created the "
            "deployment within the last 5 minutes, please wait a moment and try again."
        )
        return _azure_failure(404, "DeploymentNotFound", words)
    if (count := len(body.get("tools", ()))) > _MAX_AZURE_TOOLS:
        words = (
            "Invalid 'tools': array too long. Expected an array with maximum length "
            f"128, but got an array with length {count} instead."
        )
        return _azure_failure(400, "array_above_max_length", words, param="tools")
    for words, kind, code, param in azure_faults(body["messages"]):
        return _azure_failure(400, code, words, type=kind, param=param)
    return None


def _azure_failure(status: int, code: str | None, words: str, **fields: Any) -> Reply:
    """Return an error response of Azure."""
    return failure(status, {"error": {"code": code, "message": words, **fields}})


def _completion(request: RecordedRequest) -> Body | None:
    """Return the body of a request for a chat completion, None for any other."""
    is_completion = request.path.endswith("/chat/completions")
    return request.body if is_completion else None
