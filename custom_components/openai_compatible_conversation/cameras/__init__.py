"""Stills of cameras."""
