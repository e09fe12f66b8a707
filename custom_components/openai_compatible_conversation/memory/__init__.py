"""Long-term memory: facts about the people in the home."""
