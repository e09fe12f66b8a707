"""What is known of the people in the house."""
