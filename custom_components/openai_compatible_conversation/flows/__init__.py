"""What the config and options flows need: schemas, codecs, and a tried connection."""
