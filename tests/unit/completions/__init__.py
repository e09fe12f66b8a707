"""Tests for the chat completions client."""
