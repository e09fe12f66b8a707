"""Test doubles and drivers for the demo, the tests and the benchmarks."""
