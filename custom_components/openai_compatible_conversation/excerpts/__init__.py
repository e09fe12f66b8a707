"""Excerpts of JSON values that are too long: what matters most, and what is missing."""
