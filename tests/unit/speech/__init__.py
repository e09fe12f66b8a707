"""Tests of the speech filters."""
