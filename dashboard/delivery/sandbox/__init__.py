"""A local stand-in for the WhatsApp Cloud API: officials train on it, and the demonstration runs against
it."""
