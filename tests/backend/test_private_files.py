"""Files of a database are readable only by their owner, whatever the umask."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from kraty_console.backend.admin_cli.backup import back_up, key_file
from kraty_console.backend.runtime.startup import prepare
from kraty_console.backend.storage.database import Database
from kraty_console.backend.storage.migrate import migrate


@pytest.fixture(params=[0o000, 0o022, 0o277])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[None]:
    """Use a database within the block."""
    db = Database.open(url)
    try:
        async with db.transaction() as tx:
            await tx.execute(sa.text("UPDATE alembic_version SET version_num = version_num"))
        yield
    finally:
        await db.close()


@pytest.mark.parametrize("way", [prepare, migrate])
async def test_new_files_are_private(tmp_path: Path, umask: int, way: object) -> None:
    url = f"sqlite:///{tmp_path}/kraty.db"
    await way(url)  # type: ignore[operator]
    async with opened(url):
        assert modes(tmp_path) == dict.fromkeys(("kraty.db", "kraty.db-wal", "kraty.db-shm"), 0o600)


async def test_files_that_are_there_become_private_when_they_are_opened(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/kraty.db"
    await migrate(url)
    with closing(sqlite3.connect(tmp_path / "kraty.db")) as held:  # keeps the files beside the database there
        held.execute("UPDATE alembic_version SET version_num = version_num")
        held.commit()
        for name in modes(tmp_path):
            (tmp_path / name).chmod(0o644)
        async with opened(url):
            assert modes(tmp_path) == dict.fromkeys(("kraty.db", "kraty.db-wal", "kraty.db-shm"), 0o600)


async def test_the_file_behind_a_link_becomes_private(tmp_path: Path) -> None:
    behind, before = tmp_path / "disk", tmp_path / "name"
    behind.mkdir()
    before.mkdir()
    await migrate(f"sqlite:///{behind}/kraty.db")
    (behind / "kraty.db").chmod(0o644)
    (before / "link.db").symlink_to(behind / "kraty.db")
    async with opened(f"sqlite:///{before}/link.db"):
        assert set(modes(behind).values()) == {0o600}


async def test_a_backup_is_private_too(tmp_path: Path, umask: int) -> None:
    url = f"sqlite:///{tmp_path}/kraty.db"
    await migrate(url)
    back_up(url, tmp_path / "copy.db")
    assert modes(tmp_path)["copy.db"] == 0o600
    assert key_file(url) is None
    (tmp_path / "kraty.db.key").write_text("there")
    assert key_file(url) == tmp_path / "kraty.db.key"


async def test_a_missing_state_folder_is_not_created(tmp_path: Path) -> None:
    with pytest.raises(sa.exc.OperationalError):
        async with opened(f"sqlite:///{tmp_path}/nowhere/kraty.db"):
            pass
    assert modes(tmp_path) == {}
