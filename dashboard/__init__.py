"""Upbhokta Setu: links the electricity consumers of Uttar Pradesh to WhatsApp."""
