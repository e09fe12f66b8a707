"""The wire: what is sent to a chat completions server, and what it sends back."""
