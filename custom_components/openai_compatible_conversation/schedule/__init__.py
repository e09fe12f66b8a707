"""Actions for later: one tool call each, which is run at its time."""
