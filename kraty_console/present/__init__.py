"""Turns models and errors into safe text, for the screen and for plain output. Pure functions."""
