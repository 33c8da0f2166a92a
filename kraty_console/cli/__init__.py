"""The command line: opens the console, or answers one question without it."""
