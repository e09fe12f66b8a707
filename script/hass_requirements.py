"""Print the requirements of the integrations that the tests and the demo load.

Home Assistant installs an integration's requirements when it first loads it. Here they
are wanted beforehand, so that nothing is installed while a test or a demo runs. What they
are differs from version to version, so the manifests of the installed version are asked.

Needs no more than the homeassistant package itself in the environment it runs in.
"""

import json
from pathlib import Path
import sysconfig
from typing import Any

COMPONENTS = Path(sysconfig.get_path("purelib"), "homeassistant", "components")

INTEGRATIONS = {
    # What the tests, the demo and the benchmarks set up or talk to
    "ai_task",
    "api",
    "assist_pipeline",
    "assist_satellite",
    "config",
    "conversation",
    "demo",
    "frontend",
    "history",
    "llama_cpp",
    "local_todo",
    "logbook",
    "mcp",
    "mcp_server",
    "media_source",
    "recorder",
    "wyoming",
    # Set up by Home Assistant itself
    "analytics",
    "backup",
    "hardware",
    # Imported by the ones above, though not named in their manifests
    "hassio",
    "stream",
}


def manifest(domain: str) -> dict[str, Any]:
    """Return the manifest of an integration."""
    text = (COMPONENTS / domain / "manifest.json").read_text("utf-8")
    content: dict[str, Any] = json.loads(text)
    return content


def base_platforms() -> set[str]:
    """Return the integrations such as light, which Home Assistant always sets up."""
    domains = {path.parent.name for path in COMPONENTS.glob("*/manifest.json")}
    return {
        domain
        for domain in domains
        if manifest(domain).get("integration_type") == "entity"
    }


def with_dependencies(domains: set[str]) -> set[str]:
    """Return integrations together with all that they depend on."""
    found: set[str] = set()
    waiting = set(domains)
    while waiting:
        domain = waiting.pop()
        found.add(domain)
        waiting |= set(manifest(domain).get("dependencies", ())) - found
    return found


def main() -> None:
    """Print one requirement a line."""
    requirements = {
        requirement
        for domain in with_dependencies(INTEGRATIONS | base_platforms())
        for requirement in manifest(domain).get("requirements", ())
    }
    for requirement in sorted(requirements, key=str.lower):
        print(requirement)


if __name__ == "__main__":
    main()
