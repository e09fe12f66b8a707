"""Benchmarks of the integration, run by `script/bench`."""
