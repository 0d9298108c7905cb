"""Closing the gap: what field staff find where a number is missing."""
