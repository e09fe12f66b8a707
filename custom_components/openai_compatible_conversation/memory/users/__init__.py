"""What users see of the facts and do with them by themselves: the list and the actions."""
