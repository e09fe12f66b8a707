"""One turn of the agent: its prompt, its loop, and what a response becomes."""
