"""Tables, migrations and transactions on SQLite and PostgreSQL; only this package knows which of the two it is."""
