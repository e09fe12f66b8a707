"""What a model looks for, and the tools that it should find."""
