"""Which tools the model sees, and what becomes of its calls."""
