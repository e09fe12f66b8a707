"""Chat completions client: build requests, send them and decode the responses."""
