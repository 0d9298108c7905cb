"""Joining and leaving: consent, messages from consumers, numbers to settle."""
