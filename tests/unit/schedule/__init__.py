"""Tests of the scheduled actions without Home Assistant."""
