"""Logs, metrics, and what the backend records of each request."""
