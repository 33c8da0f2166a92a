"""Configuration: profiles, paths, and the sources of tokens."""
