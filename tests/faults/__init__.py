"""Tests that take the process away at each write."""
