"""Detection of texts that repeat themselves without end."""
