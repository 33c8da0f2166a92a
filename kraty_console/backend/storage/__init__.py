"""Tables, migrations and transactions, on SQLite and PostgreSQL; nothing else knows which of the two it is."""
