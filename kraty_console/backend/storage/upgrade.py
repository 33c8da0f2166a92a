"""Run Alembic's migrations on a connection."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError

from kraty_console.backend.storage.migrate import MIGRATIONS, UnknownShape


def upgrade(connection: sa.Connection, revision: str) -> None:
    """Bring the schema to this revision. Raises UnknownShape when the database has one that is not among ours."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, revision)
    except CommandError as error:
        raise UnknownShape(str(error)) from None
