"""The words of what users say and of facts, in several languages."""
