"""The dialogs of changes, one module each."""
