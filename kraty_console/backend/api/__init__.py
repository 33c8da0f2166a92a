"""The HTTP surfaces `/admin/v1` and `/server/v1`: parse, authorise, call the engine, answer."""
