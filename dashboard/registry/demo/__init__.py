"""The demonstration: a made-up billing export of the whole state."""
