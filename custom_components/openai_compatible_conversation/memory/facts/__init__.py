"""Facts: what they are, whose they are, and from whom they are kept."""
