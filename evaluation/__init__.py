"""How well a model runs the demo house, measured by `script/eval`."""
