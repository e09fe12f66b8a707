"""Print the requirements of the integrations that the tests and the demo load.

Home Assistant installs the requirements of an integration when it first loads it. They
are installed beforehand here, so that no test or demo run installs anything. They differ
from version to version, so they are read from the manifests of the installed version.

Requires only the homeassistant package in the environment that it runs in.
"""

import json
from pathlib import Path
import sysconfig
from typing import Any

COMPONENTS = Path(sysconfig.get_path("purelib"), "homeassistant", "components")

INTEGRATIONS = {
    # Set up or used by the tests, the demo and the benchmarks
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
    """Return the entity integrations, such as light, which are always set up."""
    domains = {path.parent.name for path in COMPONENTS.glob("*/manifest.json")}
    return {
        domain
        for domain in domains
        if manifest(domain).get("integration_type") == "entity"
    }


def with_dependencies(domains: set[str]) -> set[str]:
    """Return integrations and all their dependencies, recursively."""
    found: set[str] = set()
    pending = set(domains)
    while pending:
        domain = pending.pop()
        found.add(domain)
        pending |= set(manifest(domain).get("dependencies", ())) - found
    return found


def main() -> None:
    """Print one requirement per line."""
    requirements = {
        requirement
        for domain in with_dependencies(INTEGRATIONS | base_platforms())
        for requirement in manifest(domain).get("requirements", ())
    }
    for requirement in sorted(requirements, key=str.lower):
        print(requirement)


if __name__ == "__main__":
    main()
