"""Operator commands that work on the database itself: games, members, their tokens, keys, webhooks, backups."""
