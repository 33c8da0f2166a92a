"""The catalog of a game: items, currencies, bundles, reward tables, events, settings."""
