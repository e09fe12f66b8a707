"""Tests of the search, with a corpus of tools and queries."""
