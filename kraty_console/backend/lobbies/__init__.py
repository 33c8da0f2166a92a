"""Lobbies: groups of players with a board of their own."""
