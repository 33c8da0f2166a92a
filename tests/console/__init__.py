"""The console, driven as a person would, against the embedded backend over HTTP."""
