"""The facts of an entry, and what they are still to be extracted from, on disk."""
