"""The tools that the model sees, and the handling of its tool calls."""
