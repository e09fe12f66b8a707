"""What of the model's text may be spoken, and what is said in its place."""
