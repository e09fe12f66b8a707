"""Questions to which somebody has to say yes before a call is run."""
