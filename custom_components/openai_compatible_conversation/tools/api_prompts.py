"""The prompts of merged LLM APIs, so that they do not depend on which tools there are.

Does not depend on Home Assistant.
"""

import re

_TOOL_NAMES = re.compile(
    r'(Follow these instructions for tools from "[^"]*") \([^)]*\):'
)
_TITLE = re.compile(r'Follow these instructions for tools from "[^"]*":\s*')


def without_tool_names(prompt: str) -> str:
    """Return the prompt of merged APIs without the names of their tools.

    Home Assistant 2026.11 lists them, so that a tool that comes or goes would change
    the prompt.
    """
    return _TOOL_NAMES.sub(r"\1:", prompt)


def without_titles(prompt: str) -> str:
    """Return the prompt of merged APIs, empty if it has nothing but their titles."""
    prompt = without_tool_names(prompt).strip()
    return prompt if _TITLE.sub("", prompt) else ""
