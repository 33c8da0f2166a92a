"""The changes, a module each: what its dialog asks, what it will do, and the request it sends."""
