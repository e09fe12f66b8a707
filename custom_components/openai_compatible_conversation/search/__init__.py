"""Short texts of any language, found by words that are nearly theirs."""
