"""What the demo and the tests stand on: a scripted model server and a real Home Assistant."""
