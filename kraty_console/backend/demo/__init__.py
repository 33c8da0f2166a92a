"""A world to try the console on: one game with its players and their troubles, made by running the engine itself."""
