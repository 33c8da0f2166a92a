"""Whole screens: the player, the studio's audit log."""
