"""Facts from what users said in sessions, extracted by the model in the background."""
