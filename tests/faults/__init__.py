"""Tests that take the process away at each write, or the disk for a while."""
