"""What happened to entities, in few words."""
