"""Constants: the domain, the configuration keys and the sections of the options form.

The keys are part of stored entries and must not change.
"""

from typing import Final

DOMAIN: Final = "openai_compatible_conversation"

DEFAULT_NAME: Final = "OpenAI-Compatible"
DEFAULT_BASE_URL: Final = "http://localhost:8080/v1"

CONF_BASE_URL: Final = "base_url"

CONF_ACCEPT_CERTIFICATE: Final = "accept_certificate"
CONF_AUTO_CONTINUE_LISTENING: Final = "auto_continue_listening"
CONF_CERTIFICATE: Final = "certificate"
CONF_CHAT_MODEL: Final = "chat_model"
CONF_CLEAN_SPEECH: Final = "clean_speech"
CONF_CONFIRM_ACTIONS: Final = "confirm_actions"
CONF_CONVERSATION_TIMEOUT: Final = "conversation_timeout"
CONF_ENABLE_FACT_LEARNING: Final = "enable_fact_learning"
CONF_RECALL_FACTS: Final = "recall_facts"
CONF_ENABLE_STREAMING: Final = "enable_streaming"
CONF_EXTRA_BODY: Final = "extra_body"
CONF_EXTRA_HEADERS: Final = "extra_headers"
CONF_FALLBACK: Final = "fallback"
CONF_MAX_TOKENS: Final = "max_tokens"
CONF_MAX_TOOL_ITERATIONS: Final = "max_tool_iterations"
CONF_OWN_PROMPT_ONLY: Final = "own_prompt_only"
CONF_PATIENCE: Final = "patience"
CONF_PREWARM: Final = "prewarm"
CONF_RECOMMENDED: Final = "recommended"
CONF_TEMPERATURE: Final = "temperature"
CONF_TOOL_DISCOVERY: Final = "tool_discovery"
CONF_TOP_P: Final = "top_p"

SECTION_ADVANCED: Final = "advanced"
SECTION_TOOLS: Final = "tools"
SECTION_MEMORY: Final = "memory"
SECTION_VOICE: Final = "voice"
SECTION_MODEL: Final = "model"
