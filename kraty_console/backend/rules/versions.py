"""Versions of rows: a change may name the version it was decided on (contract/README.md#versions)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NoReturn, Protocol

import sqlalchemy as sa

from kraty_console.backend.rules.context import Context
from kraty_console.backend.rules.errors import RuleError, invalid
from kraty_console.backend.storage.tables.record import RecordTable
from kraty_console.backend.storage.wire_forms import WireForm, made
from kraty_console.contract.errors import Code

ABSENT: Final = 0
"""The version of a row that is not there yet: a balance before its first credit."""

ANY: Final = "*"

_TAGS: Final = re.compile(r'\s*(?:W/)?"[\x21\x23-\x7e]{0,64}"\s*(?:,\s*(?:W/)?"[\x21\x23-\x7e]{0,64}"\s*)*')


class VersionedRow(Protocol):
    """A row with a version."""

    @property
    def version(self) -> int | None: ...


def version_of(row: VersionedRow | None) -> int:
    """The version of a row: 1 for a new one, and one more for each transaction that changed it."""
    if row is None:
        return ABSENT
    return _version(row.version)


def versioned(form: WireForm, table: RecordTable[Any]) -> WireForm:
    """The wire form of a table's rows with their version, for answers of the admin surface."""
    return form.with_values({"version": made(_version, table.columns["version"])})


def _version(stored: int | None) -> int:
    return stored or 1


def with_version(shown: Mapping[str, Any], row: VersionedRow | None) -> dict[str, Any]:
    """A row in wire form with its version, for answers of the admin surface."""
    return {**shown, "version": version_of(row)}


def named_versions(header: str | None) -> frozenset[str] | None:
    """The versions in an `If-Match` header; None without one, and for `*`, which any row matches.

    A weak tag is never a version (RFC 9110, 13.1.1). 400 for anything else.
    """
    if header is None or header.strip() == ANY:
        return None
    if not _TAGS.fullmatch(header):
        raise invalid("If-Match", 'must be a version between double quotes, as in "3"')
    tags = (tag.strip() for tag in header.split(","))
    return frozenset(tag[1:-1] for tag in tags if not tag.startswith("W/"))


def is_stale(ctx: Context, row: VersionedRow | None) -> bool:
    """Whether the caller decided on another version of the row."""
    return ctx.versions is not None and str(version_of(row)) not in ctx.versions


def refuse_stale(what: str, row: VersionedRow | None, shown: Mapping[str, Any]) -> NoReturn:
    """412 with the row as it is now; the transaction is rolled back, so nothing is done and nothing is recorded."""
    words = f"The {what} has changed since you looked; nothing was done"
    raise RuleError(Code.STALE, words, {"current": with_version(shown, row)})


def next_version(table: sa.Table) -> dict[str, Any]:
    """The version for a statement that changes many rows of a table; nothing if its rows have none."""
    version = table.columns.get("version")
    return {} if version is None else {"version": sa.func.coalesce(version, 1) + 1}
