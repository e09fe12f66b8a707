"""What proves that a user told a fact, whom it is about, and the words it is kept with."""
