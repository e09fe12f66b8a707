"""Tests that kill the process at each write, or make the disk fail."""
