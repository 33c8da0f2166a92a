"""A stopping backend ends its streams, and does not wait for listeners (contract/SDK.md#streams)."""

from __future__ import annotations

import http.client
import signal
from pathlib import Path
from urllib.parse import urlsplit

from kraty_console.backend.auth.api_keys import CLIENT_SDK
from kraty_console.backend.http.rate_limit import Rate
from tests.contract.test_serve import PATIENCE, serve, started
from tests.harness.contract.served_backend import Backend
from tests.harness.contract.troubled_game import make_troubled_game
from tests.harness.databases import SqliteFiles


def test_streams_end_cleanly_when_the_backend_stops(tmp_path: Path) -> None:
    database = SqliteFiles(tmp_path).fresh()
    with Backend(database, Rate(0)).running() as backend:
        world = make_troubled_game(backend)
        headers = {"Authorization": f"Bearer {world.keys[CLIENT_SDK]}", "X-Player-Secret": world.secret("alice")}
    with started(serve(tmp_path, database=database)) as (process, url):
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
        connection.request("GET", "/sdk/v1/players/alice/inventory/stream", headers=headers)
        with connection.getresponse() as answer:
            assert answer.readline() == b"event: ready\n"
            process.send_signal(signal.SIGTERM)
            assert answer.read().startswith(b"data: ")  # whole: one cut short after the grace raises
            out, err = process.communicate(timeout=PATIENCE)
        connection.close()
    assert (process.returncode, out, err) == (0, "", "")
