"""Unit tests of the evaluation."""
