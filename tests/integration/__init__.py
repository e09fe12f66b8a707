"""The integration inside Home Assistant, against a scripted model server."""
