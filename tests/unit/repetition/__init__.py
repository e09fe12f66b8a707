"""Tests of the detection of texts that repeat themselves."""
