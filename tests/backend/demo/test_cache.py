"""The kept copy of the demo world: moved to the present, and ignored if unusable."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kraty_console.backend.demo.cache import DemoCache
from kraty_console.backend.demo.directory import holds_world
from kraty_console.backend.rules.formats import timestamp
from kraty_console.backend.storage.database import Database
from kraty_console.backend.storage.tables import metadata
from kraty_console.backend.storage.tables.columns import MOMENT
from kraty_console.backend.storage.vault import SECRET_VARIABLE
from tests.backend.demo.conftest import NOW, Loaded

LATER_MS = 5 * 86_400_000 + 12_345_678
TIMESTAMP = re.compile(r'"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)"')


@pytest.fixture
def made(on_sqlite: Loaded, tmp_path: Path) -> Path:
    """A newly created database."""
    file = tmp_path / "made.db"
    shutil.copyfile(on_sqlite.url.removeprefix("sqlite:///"), file)
    Path(f"{file}.key").write_text("0123456789abcdef0123456789abcdef\n", encoding="utf-8")
    return file


@pytest.fixture(autouse=True)
def no_named_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SECRET_VARIABLE, raising=False)


@pytest.fixture
def cache(tmp_path: Path) -> DemoCache:
    return DemoCache(tmp_path / "cache")


def moments(file: Path) -> dict[str, list[object]]:
    """Every timestamp column of a database, in the order of its rows."""
    with closing(sqlite3.connect(file)) as connection:
        return {
            f"{table.name}.{column.name}": [
                value for (value,) in connection.execute(f'SELECT "{column.name}" FROM "{table.name}" ORDER BY rowid')
            ]
            for table in metadata.sorted_tables
            for column in table.columns
            if column.type is MOMENT
        }


def written_timestamps(file: Path) -> list[int]:
    """Every timestamp of the API that is in a text, in milliseconds, in the order of the rows."""
    found = []
    with closing(sqlite3.connect(file)) as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(f'SELECT * FROM "{table.name}" ORDER BY rowid'):
                for value in row:
                    if isinstance(value, str):
                        found += [datetime.fromisoformat(text) for text in TIMESTAMP.findall(value)]
    return [round(moment.replace(tzinfo=UTC).timestamp() * 1000) for moment in found]


def test_the_copy_is_the_world_as_if_it_had_been_made_now(made: Path, cache: DemoCache, tmp_path: Path) -> None:
    cache.keep(made, NOW)
    later = tmp_path / "later.db"
    assert cache.restore(later, NOW + LATER_MS)
    assert later.stat().st_mode & 0o077 == 0
    assert Path(f"{later}.key").read_bytes() == Path(f"{made}.key").read_bytes()
    before, after = moments(made), moments(later)
    assert sum(map(len, before.values())) > 50_000
    for name, values in before.items():
        assert after[name] == [value if value is None else value + LATER_MS for value in values], name  # type: ignore[operator]
    texts = written_timestamps(made)
    assert len(texts) > 1_000
    assert written_timestamps(later) == [moment + LATER_MS for moment in texts]


async def test_a_database_restored_from_the_cache_is_recognised_and_keeps_its_triggers(
    made: Path, cache: DemoCache, tmp_path: Path
) -> None:
    cache.keep(made, NOW)
    later = tmp_path / "later.db"
    assert cache.restore(later, NOW + LATER_MS)
    database = Database.open(f"sqlite:///{later}")
    try:
        assert await holds_world(database)
    finally:
        await database.close()
    with closing(sqlite3.connect(later)) as connection, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute("UPDATE audit SET reason = 'another'")


def test_without_a_copy_there_is_nothing_to_restore(cache: DemoCache, tmp_path: Path) -> None:
    assert not cache.restore(tmp_path / "later.db", NOW)
    assert not (tmp_path / "later.db").exists()


@pytest.mark.parametrize("content", [b"", b"not a database" * 100])
def test_a_copy_that_is_broken_is_not_used(made: Path, cache: DemoCache, tmp_path: Path, content: bytes) -> None:
    cache.keep(made, NOW)
    (kept,) = (tmp_path / "cache").glob("*.db")
    kept.write_bytes(content)
    later = tmp_path / "later.db"
    assert not cache.restore(later, NOW + LATER_MS)
    assert not later.exists()


def test_a_copy_of_other_sources_is_replaced(made: Path, cache: DemoCache, tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    folder.mkdir()
    (folder / "world-0011223344556677-1.db").write_bytes(b"old")
    assert not cache.restore(tmp_path / "later.db", NOW)
    cache.keep(made, NOW)
    assert sorted(path.suffix for path in folder.iterdir()) == [".db", ".key"]
    assert cache.restore(tmp_path / "later.db", NOW)


def test_an_unwritable_cache_does_not_prevent_the_start(
    made: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    DemoCache(tmp_path / "file").keep(made, NOW)
    assert "no copy of the demo world is kept" in caplog.text


def test_a_world_sealed_with_a_named_secret_is_not_cached(
    made: Path, cache: DemoCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SECRET_VARIABLE, "a secret that somebody named")
    cache.keep(made, NOW)
    assert not (tmp_path / "cache").exists()


def test_timestamps_in_texts_are_those_of_the_api() -> None:
    assert TIMESTAMP.fullmatch(f'"{timestamp(NOW)}"')
