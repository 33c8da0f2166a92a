"""The support console for games that run on Kraty, and a Kraty backend to run it on."""

__version__ = "0.1.0"
