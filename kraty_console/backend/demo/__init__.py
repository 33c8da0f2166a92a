"""The demo world: one game with its players and their troubles, made by running the rules."""
