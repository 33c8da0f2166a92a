"""A credential that a server echoes is in no error, journal or answer."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import pytest

from kraty_console.client.connection import ConnectionSettings
from kraty_console.client.journal import Journal
from kraty_console.client.writer import Writer
from kraty_console.contract.errors import KratyError
from kraty_console.contract.secret import HIDDEN, Secret
from tests.client.conftest import TOKEN, MakeClient
from tests.harness.client.sample_changes import credit
from tests.harness.client.scripted_server import answers, failed, ok, wired

SLASHED = 'kst_a/b"c\\d' + "t" * 30
GATEWAY = "gateway-secret-0123456789"


@pytest.mark.parametrize("token", [TOKEN, SLASHED.replace('"', "").replace("\\", "")])
async def test_an_echoed_token_is_hidden_in_messages(client_of: MakeClient, token: str) -> None:
    echo = failed(403, "forbidden", f"Bearer {token} may not", details={"seen": token, "url": quote(token, safe="")})
    async with wired(echo) as wire:
        with pytest.raises(KratyError) as raised:
            await client_of(wire.url, token=token).snapshot("alice_42")
    told_of = f"{raised.value.message} {json.dumps(dict(raised.value.details))}"
    assert token not in told_of
    assert quote(token, safe="") not in told_of
    assert HIDDEN in raised.value.message


async def test_an_echoed_token_is_not_journaled(client_of: MakeClient, journal: Journal) -> None:
    answer = {"economyKey": "gold", "balance": 1, "debug": {"authorization": f"Bearer {TOKEN}"}}
    echoes = (ok(answer, X_Debug=TOKEN), answers(400, {"error": {"code": "validation_failed", "message": TOKEN}}))
    async with wired(*echoes) as wire:
        writer = Writer(client_of(wire.url), journal)
        applied = await writer.perform(credit())
        refused = await writer.perform(credit(key="key-0002"))
    assert (applied.state, refused.state) == ("applied", "refused")
    await journal.close()
    for path in Path(journal.path).parent.iterdir():
        assert TOKEN.encode() not in path.read_bytes()


async def test_an_echoed_header_of_the_profile_is_hidden(client_of: MakeClient) -> None:
    connection = ConnectionSettings(headers=(("CF-Access-Client-Secret", Secret(GATEWAY)),))
    async with wired(answers(403, b"denied: " + GATEWAY.encode()), failed(400, "validation_failed", GATEWAY)) as wire:
        client = client_of(wire.url, connection=connection)
        for _ in range(2):
            with pytest.raises(KratyError) as raised:
                await client.snapshot("alice_42")
            assert GATEWAY not in str(raised.value)
        assert wire.heard[0].headers["cf-access-client-secret"] == GATEWAY
