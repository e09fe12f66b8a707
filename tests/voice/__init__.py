"""Turns that are really spoken and heard; run by `script/test voice`."""
