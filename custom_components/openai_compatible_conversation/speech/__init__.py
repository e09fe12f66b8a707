"""Filters that turn model text into speech, and the fallback confirmation."""
