"""Leaderboards of events and of the game: scores, ranking, settlement."""
