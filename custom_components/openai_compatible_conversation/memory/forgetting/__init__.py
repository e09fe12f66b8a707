"""What users ask to have forgotten, and how it stays forgotten."""
