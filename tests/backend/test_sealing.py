"""Secrets that the backend must read are sealed in the database with a separate key."""

from __future__ import annotations

import logging
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from kraty_console.backend.players import service as players
from kraty_console.backend.runtime.startup import CannotServe, prepare
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.database import Database
from kraty_console.backend.storage.vault import SEALED, SECRET_VARIABLE, NoKey, Vault, WrongKey
from kraty_console.backend.webhooks.endpoint_secrets import seal_all
from tests.harness.backend.small_game import ALICE, SmallGame, make_small_game
from tests.harness.backend.webhook_receiver import receiving
from tests.harness.backend.webhook_studio import SECRET, Studio

TEXTS = ["", "a", "x" * 32, "x" * 33, "whsec_äöü ☃", "y" * 1000]


@pytest.fixture
def filed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vault:
    """A vault without the variable."""
    monkeypatch.delenv(SECRET_VARIABLE)
    return Vault(make_url(f"sqlite:///{tmp_path}/kraty.db"))


@pytest.mark.parametrize("text", TEXTS)
def test_a_sealed_text_opens_only_at_its_place(filed: Vault, text: str) -> None:
    one, other = filed.seal(text, "studio", "game"), filed.seal(text, "studio", "game")
    assert one.startswith(SEALED)
    assert one != other, "the same text never looks the same"
    assert len(text) < 8 or text not in one
    assert filed.open(one, "studio", "game") == filed.open(other, "studio", "game") == text
    for place in (("studio", "gamf"), ("studio",), ("studio\0game", "")):
        with pytest.raises(WrongKey):
            filed.open(one, *place)


def test_a_sealed_text_that_was_changed_does_not_open(filed: Vault) -> None:
    sealed = filed.seal(SECRET, "here")
    body = len(SEALED) + 9
    for place in (body, body + 20, len(sealed) - 5):
        changed = sealed[:place] + ("A" if sealed[place] != "A" else "B") + sealed[place + 1 :]
        with pytest.raises(WrongKey):
            filed.open(changed, "here")
    for cut in (len(SEALED), body, body + 4, len(sealed) - 4):
        with pytest.raises(WrongKey):
            filed.open(sealed[:cut], "here")


def test_the_sealing_key_is_a_private_file_beside_the_database(filed: Vault) -> None:
    assert not filed.file.exists(), "made when it is first needed"
    filed.seal(SECRET)
    assert filed.file.name == "kraty.db.key"
    assert stat.S_IMODE(filed.file.stat().st_mode) == 0o600
    assert list(filed.file.parent.iterdir()) == [filed.file]
    filed.file.chmod(0o644)
    Vault(make_url(f"sqlite:///{filed.file.with_suffix('')}")).seal(SECRET)
    assert stat.S_IMODE(filed.file.stat().st_mode) == 0o600


def test_two_processes_that_create_the_key_share_it(filed: Vault) -> None:
    other = Vault(make_url(f"sqlite:///{filed.file.with_suffix('')}"))
    assert other.open(filed.seal(SECRET)) == filed.open(other.seal(SECRET)) == SECRET


def test_secrets_sealed_with_the_file_open_after_the_variable_is_set(
    filed: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = filed.seal(SECRET)
    monkeypatch.setenv(SECRET_VARIABLE, "another key, long enough")
    later = Vault(make_url(f"sqlite:///{filed.file.with_suffix('')}"))
    assert later.open(sealed) == SECRET
    newer = later.seal(SECRET)
    filed.file.unlink()
    alone = Vault(make_url(f"sqlite:///{filed.file.with_suffix('')}"))
    assert alone.open(newer) == SECRET
    with pytest.raises(WrongKey):
        alone.open(sealed)


def test_a_short_key_is_reported(filed: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SECRET_VARIABLE, "short")
    with pytest.raises(NoKey, match=r"KRATY_BACKEND_SECRET needs 16"):
        filed.seal(SECRET)
    monkeypatch.delenv(SECRET_VARIABLE)
    filed.file.write_text("\n")
    with pytest.raises(NoKey, match="holds no key"):
        filed.seal(SECRET)


@pytest.fixture
async def studio(world: SmallGame) -> AsyncIterator[Studio]:
    await world.run(players.upsert, world.engine(), ALICE)
    made = Studio(world)
    yield made
    await made.leave()


async def _store(world: SmallGame, secret: str) -> None:
    """Store a secret as an older version did."""
    async with world.db.transaction() as tx:
        await tx.execute(sa.update(tables.webhook_endpoints).values(secret=secret))


async def test_a_secret_stored_by_an_older_version_is_sealed_and_still_signs(studio: Studio) -> None:
    world = studio.world
    async with receiving() as receiver:
        for state in ("archived", "active"):
            endpoint = await studio.endpoint(receiver)
            if state == "archived":
                await studio.change("archive", endpoint)
        await _store(world, SECRET)
        await studio.credit(ALICE, 5)
        await studio.deliver()
        assert await world.db.run(seal_all)
        held = await world.rows(tables.webhook_endpoints)
        assert [row["secret"].startswith(SEALED) for row in held] == [True, True]
        assert await world.db.run(seal_all), "again: nothing is left to do"
        assert await world.rows(tables.webhook_endpoints) == held
        await studio.credit(ALICE, 6)
        await studio.deliver()
        assert [message.is_signed(SECRET, studio.now / 1000) for message in receiver.messages] == [True, True]


async def test_without_its_key_nothing_is_sent_and_the_reason_is_reported(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    world = studio.world
    async with receiving() as receiver:
        await studio.endpoint(receiver)
        await studio.credit(ALICE, 5)
        monkeypatch.setenv(SECRET_VARIABLE, "not the one it was sealed with")
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
        world.db.vault = Vault(world.db.engine.url)
        assert not await world.db.run(seal_all)
        await studio.deliver()
        assert receiver.messages == []
    [attempt] = await studio.attempts()
    assert "the secret cannot be read" in attempt["error"]


async def test_a_start_seals_secrets_and_reports_a_missing_key(
    database_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.delenv(SECRET_VARIABLE)
    db = Database.open(database_url)
    world = await make_small_game(db)
    async with receiving() as receiver:
        await Studio(world).endpoint(receiver)
    await _store(world, SECRET)
    await prepare(database_url)
    [row] = await world.rows(tables.webhook_endpoints)
    assert row["secret"].startswith(SEALED)
    assert stat.S_IMODE(db.vault.file.stat().st_mode) == 0o600
    with caplog.at_level(logging.ERROR):
        await prepare(database_url)
        assert caplog.text == ""
        db.vault.file.unlink()
        await prepare(database_url)
    assert str(db.vault.file) in caplog.text
    assert SECRET not in caplog.text
    await _store(world, SECRET)
    monkeypatch.setenv(SECRET_VARIABLE, "short")
    with pytest.raises(CannotServe, match="needs 16 characters"):
        await prepare(database_url)
    await db.close()
