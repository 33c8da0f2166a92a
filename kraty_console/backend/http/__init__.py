"""The HTTP kit of all surfaces: authentication, strict JSON, rate limits, errors, pagination, event streams."""
