"""The command line: opens the console, or runs a command without it."""
