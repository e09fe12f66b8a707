"""Search: which facts fit what a user says."""
