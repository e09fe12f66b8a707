"""The agent: system prompts, the agent loop, model responses and AI tasks."""
