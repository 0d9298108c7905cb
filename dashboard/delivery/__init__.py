"""How messages go out and come back. Knows messages, not notices nor consumers."""
