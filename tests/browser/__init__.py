"""The first hour with the integration, in a real browser; run by `script/test browser`."""
