"""The demo world: one game with players and their problems, created by running the rules."""
