"""What was said before, in any room."""
