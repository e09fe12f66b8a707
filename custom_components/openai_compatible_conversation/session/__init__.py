"""Session history across conversations, satellites and users."""
