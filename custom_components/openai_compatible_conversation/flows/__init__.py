"""Parts of the config and options flows: schemas, conversion and connection check."""
