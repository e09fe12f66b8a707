"""Measurements of what the integration costs; `script/bench` runs them."""
