"""Tests of what the README says about the memory: one for each sentence."""
