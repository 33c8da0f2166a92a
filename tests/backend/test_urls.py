"""Database URLs are shown without their password, whatever their form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from kraty_console.backend.runtime.settings import Settings
from kraty_console.backend.runtime.startup import CannotServe, prepare
from kraty_console.backend.storage.urls import UnknownDatabase, engine_url, shown
from kraty_console.contract.secret import HIDDEN
from tests.harness.each import for_each

PASSWORDS = [
    "qxhidden",
    "qxhid@qxden",
    "@qxhidden",
    "qxhidden@",
    "qxhid@qxden@qxmore",
    "qxhid/qxden",
    "qxhid?qxden=qxmore",
    "qxhid#qxden",
    "qxhid:qxden",
    "qxhid&qxden=qxmore",
    "qxhid%qxden",
    "[qxhidden]",
    "qxhid qxden",
    "qxhid\nqxden",
    "qxhid@qxden/qxmore?key=value",
    "qxhid/qxden@qxmore:5432",
    "12345@qxhidden",
]

SHAPES = [
    "postgresql://kraty:{}@db.example/kraty",
    "postgresql://kraty:{}@db.example:5432/kraty?sslmode=require",
    "postgresql://kraty:{}@db.example:5432x/kraty",
    "postgresql://kraty:{}@/kraty?host=/run/postgresql",
    "postgresql://kraty:{}@[::1]:5432/kraty",
    "postgresql://kraty:{}@[::1/kraty",
    "postgresql://kraty:{}@one:1,two:2/kraty",
    "postgresql://db.example/kraty?user=u&password={}",
    "postgresql://db.example:5432/kraty?user=u&password={}",
    "postgresql://db.example/kraty?pasword={}",
    "postgresql://kraty@db.example/kraty?password={}&sslmode=require",
    "postgresql:/kraty:{}@db.example/kraty",
    "postgresql:kraty:{}@db.example/kraty",
    "kraty:{}@db.example/kraty",
    "postgres+psycopg://kraty:{}@db.example/kraty",
    "mysql://kraty:{}@db.example/kraty",
]


def parts(password: str) -> Iterator[str]:
    """Recognizable parts of a password."""
    yield from (part for part in re.split(r"\W+", password) if part.startswith("qx"))


@for_each("shape", SHAPES)
@for_each("password", PASSWORDS)
@for_each("encoded", [False, True])
def test_no_part_of_a_password_is_shown(shape: str, password: str, encoded: bool) -> None:
    url = shape.format(quote(password, safe="") if encoded else password)
    display = shown(url)
    try:
        engine_url(url)
    except UnknownDatabase as error:
        display += f"{error} {error.__cause__}"
    display += repr(Settings(url))
    for part in parts(password):
        assert part not in display


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if "5432x" in shape or "[::1/" in shape])
async def test_a_failed_start_is_explained_without_the_password(shape: str) -> None:
    with pytest.raises(CannotServe) as raised:
        await prepare(shape.format("hidden"))
    assert raised.value.usage
    assert "hidden" not in str(raised.value)


@pytest.mark.parametrize(
    ("url", "display"),
    [
        ("postgresql://kraty:secret@db.example:5432/kraty?sslmode=require", f"postgresql://kraty:{HIDDEN}@db.example:5432/kraty?sslmode=require"),
        ("postgresql+asyncpg://ann@db.example/kraty", "postgresql://ann@db.example/kraty"),
        ("postgres://db.example/kraty?user=u&password=secret&port=5433", "postgresql://db.example/kraty?port=5433"),
        ("postgresql://u:p%40q@[::1]/kraty", f"postgresql://u:{HIDDEN}@[::1]/kraty"),
        ("postgresql://u:p@q@host/kraty", f"postgresql://{HIDDEN}"),
        ("sqlite:////var/lib/kraty.db?key=secret", "sqlite:////var/lib/kraty.db"),
        ("nonsense", HIDDEN),
    ],
)  # fmt: skip
def test_harmless_parts_of_a_url_are_shown(url: str, display: str) -> None:
    assert shown(url) == display


@pytest.mark.parametrize(
    ("url", "host", "password"),
    [
        ("postgresql://kraty:p%40q@db.example/kraty", "db.example", "p@q"),
        ("postgresql://kraty:p/q@db.example/kraty", "db.example", "p/q"),
        ("  postgresql://kraty:pq@db.example/kraty\n", "db.example", "pq"),
        ("postgresql://db.example/kraty?password=p@q", "db.example", None),
    ],
)
def test_unambiguous_urls_are_accepted(url: str, host: str, password: str | None) -> None:
    found = engine_url(url)
    assert (found.host, found.password) == (host, password)


@pytest.mark.parametrize("url", ["sqlite:///:memory:", "sqlite://", "sqlite:///file:x?mode=memory&uri=true"])
def test_a_database_in_memory_is_refused_in_words(url: str) -> None:
    with pytest.raises(UnknownDatabase, match="named by its file"):
        engine_url(url)


@pytest.mark.parametrize("port", ["5432x", "x", "0", "65536", "-1", "54 32", "5432,5433"])
def test_an_invalid_port_is_refused_in_words(port: str) -> None:
    for url in (f"postgresql://ann@host:{port}/kraty", f"postgresql:///kraty?host=host&port={port.replace(',', ',x')}"):
        with pytest.raises(UnknownDatabase, match="database URL"):
            engine_url(url)
