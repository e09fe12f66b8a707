"""Tests of the token budgets."""
