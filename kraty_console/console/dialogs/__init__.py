"""Dialogs: the actions that change something, and the small questions around them."""
