"""Credentials of callers: tokens and keys (stored hashed), sessions, and roles."""
