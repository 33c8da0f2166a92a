"""Speaks to a Kraty backend over HTTP, and keeps the journal of what it meant to change."""
