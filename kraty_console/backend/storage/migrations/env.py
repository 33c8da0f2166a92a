"""Alembic's entry: runs on the connection `storage.migrate` hands over, inside its transaction."""

from __future__ import annotations

from alembic import context

from kraty_console.backend.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,
    render_as_batch=False,
    compare_type=True,
)
context.run_migrations()
