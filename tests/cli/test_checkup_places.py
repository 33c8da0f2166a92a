"""Checks of files, the state folder and the journal on this machine; none of them changes or locks anything."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections import namedtuple
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kraty_console.cli.checkup import configuration, credential, state
from kraty_console.client.journal import Journal
from kraty_console.client.journal_entries import EntryState, Scope
from kraty_console.config.profiles import Profile
from kraty_console.config.tokens import FoundToken
from kraty_console.contract.operations import Operation
from kraty_console.contract.secret import Secret
from kraty_console.domain import checkup
from kraty_console.domain.checkup import CheckArea, Finding
from tests.client.test_tls import CERTIFICATE

NOW = datetime(2026, 6, 1, tzinfo=UTC)
TOKEN = "kst_" + "t" * 43


def states(findings: Iterable[Finding]) -> dict[str, str]:
    return {each.name: each.state.value for each in findings}


def file_states(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Every file in a folder: mode, size and when it was changed."""
    return {
        each.name: (each.stat().st_mode, each.stat().st_size, each.stat().st_mtime_ns) for each in folder.rglob("*")
    }


@pytest.mark.parametrize(("mode", "expected"), [(0o600, "ok"), (0o644, "note"), (0o664, "warning"), (0o602, "warning")])
def test_the_profile_file(tmp_path: Path, mode: int, expected: str) -> None:
    path = tmp_path / "config.toml"
    assert states(configuration.file_findings(path)) == {"file": "note"}
    path.write_text("")
    path.chmod(mode)
    (findings,) = configuration.file_findings(path)
    assert findings.state == expected
    assert f"{mode:04o}" in findings.words


def test_settings_are_reported_with_their_source() -> None:
    profile = Profile(name="live", url="https://ada:pa55@a.example", game="g", url_is_own=False)
    sources = dict.fromkeys(Profile.__dataclass_fields__, "default")
    sources |= {"name": "flag --profile", "url": "variable KRATY_URL", "game": "file [profiles.live]", "routes": "file"}
    findings = {each.name: each.words for each in configuration.setting_findings(profile, sources)}
    assert findings == {
        "profile": "live (flag --profile)",
        "url": "https://•••@a.example (variable KRATY_URL)",
        "game": "g (file [profiles.live])",
        "address": "not the profile's own: its stored token or key, its headers and its certificate are not used there",
    }


@pytest.mark.parametrize(("days", "expected"), [(100, "ok"), (13, "warning"), (-1, "problem")])
def test_the_expiry_of_a_certificate(days: int, expected: str) -> None:
    finding = configuration.validity(CheckArea.TLS, "certificate", "it", NOW + timedelta(days=days), NOW)
    assert (finding.state, finding.facts["days"]) == (expected, days)
    assert configuration.validity(CheckArea.TLS, "certificate", "it", None, NOW).state == "unknown"


def test_the_expiry_of_a_client_certificate_is_read_from_its_file(tmp_path: Path) -> None:
    profile = Profile(client_certificate=CERTIFICATE)
    (findings,) = configuration.certificate_findings(profile, NOW)
    assert (findings.area, findings.state) == (CheckArea.TLS, "ok")
    assert "valid until 2126-" in findings.words
    assert list(configuration.certificate_findings(replace(profile, url_is_own=False), NOW)) == []
    (tmp_path / "none.pem").write_text("nothing")
    (findings,) = configuration.certificate_findings(Profile(client_certificate=tmp_path / "none.pem"), NOW)
    assert findings.state == "unknown"


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        (Profile(), "Authorization: Bearer"),
        (Profile(credential="cookie", cookie_name="sid"), "the cookie sid"),
        (Profile(credential="server_key"), "API key"),
    ],
)
def test_kind_source_and_age_of_a_token_are_reported_without_its_text(
    profile: Profile, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "token"
    path.write_text(TOKEN)
    os.utime(path, ((NOW - timedelta(days=3)).timestamp(),) * 2)
    findings = list(credential.credential_findings(profile, FoundToken(Secret(TOKEN), f"token_file {path}", path), NOW))
    assert states(findings) == {"kind": "ok", "source": "ok", "age": "ok"}
    assert words in findings[0].words
    assert "3d ago" in findings[2].words
    assert TOKEN[:6] not in repr(findings)
    (_, _, age) = credential.credential_findings(profile, FoundToken(Secret(TOKEN), "variable KRATY_TOKEN"), NOW)
    assert age.state == "unknown"


@pytest.mark.parametrize(
    ("token", "expected"), [("t0ken", "warning"), ("x" * 5_000, "warning"), ('quo"ted' * 5, "problem")]
)
def test_a_malformed_token_is_reported_without_its_text(token: str, expected: str) -> None:
    findings = list(credential.credential_findings(Profile(), FoundToken(Secret(token), "variable KRATY_TOKEN"), NOW))
    assert states(findings)["form"] == expected
    assert token not in repr(findings)


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        (Profile(), "KRATY_TOKEN"),
        (Profile(credential="server_key"), "KRATY_SERVER_KEY"),
        (Profile(url_is_own=False), "its own address"),
    ],
)
def test_a_missing_token_is_reported_with_advice(profile: Profile, words: str) -> None:
    (finding,) = credential.credential_findings(profile, None, NOW)
    assert finding.state == "problem"
    assert words in finding.advice


def test_a_missing_folder_is_not_created(tmp_path: Path) -> None:
    assert states(state.folder_findings(tmp_path / "a" / "b")) == {"folder": "note", "disk": "ok"}
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_place_of_the_folder_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    assert states(state.folder_findings(tmp_path / "a")) == {"folder": "problem"}
    assert states(state.journal_findings(tmp_path / "a" / "journal.sqlite")) == {"file": "note"}


@pytest.mark.parametrize(("mode", "expected"), [(0o700, "ok"), (0o755, "warning")])
def test_the_mode_of_the_folder(tmp_path: Path, mode: int, expected: str) -> None:
    tmp_path.chmod(mode)
    assert states(state.folder_findings(tmp_path)) == {"folder": expected, "disk": "ok"}
    assert stat.S_IMODE(tmp_path.stat().st_mode) == mode


def test_a_folder_that_cannot_be_written_to_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the system reports it, because the user of the tests may be root."""
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert states(state.folder_findings(tmp_path))["folder"] == "problem"
    assert states(state.folder_findings(tmp_path / "a"))["folder"] == "problem"


def test_a_folder_of_another_user_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    (finding, _) = state.folder_findings(tmp_path)
    assert (finding.state, "another user" in finding.words) == ("warning", True)


def test_a_full_disk_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage(100 << 20, 81 << 20, 19 << 20))
    (_, finding) = state.folder_findings(tmp_path)
    assert (finding.state, finding.words) == ("warning", "19 MiB free")


async def journal_with(path: Path, *outcomes: EntryState) -> None:
    """A journal with an entry in each of these states."""
    journal = await Journal.open(path)
    for number, outcome in enumerate(outcomes):
        entry = await journal.begin(
            Scope("https://a.example", "s", "g"),
            operation=Operation.BAN,
            player="bob_7",
            path="/x",
            idempotency_key=f"key-{number}",
            body="{}",
        )
        if outcome is not EntryState.INTENT:
            await journal.mark_sent(entry)
            await journal.settle(replace(entry, state=outcome))
    await journal.close()


async def test_changes_of_unknown_outcome_are_counted_and_the_journal_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "journal # 1?.sqlite"
    await journal_with(
        path, EntryState.UNKNOWN, EntryState.SENT, EntryState.INTENT, EntryState.APPLIED, EntryState.REFUSED
    )
    before = file_states(tmp_path)
    (file, outcomes) = state.journal_findings(path)
    assert (file.state, file.facts["layout"]) == ("ok", 3)
    assert (outcomes.state, outcomes.words) == ("warning", "3 changes of unknown outcome")
    assert "press o" in outcomes.advice
    assert file_states(tmp_path) == before


async def test_a_journal_that_another_console_is_writing_is_read_without_waiting(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    await journal_with(path, EntryState.APPLIED)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert states(state.journal_findings(path)) == {"file": "ok", "outcomes": "ok"}
        other.execute("UPDATE entries SET state = 'unknown'")
        other.execute("COMMIT")
    assert states(state.journal_findings(path)) == {"file": "ok", "outcomes": "warning"}


def test_a_missing_journal_is_not_created(tmp_path: Path) -> None:
    assert states(state.journal_findings(tmp_path / "journal.sqlite")) == {"file": "note"}
    assert list(tmp_path.iterdir()) == []


async def test_a_journal_that_is_damaged_newer_or_a_link_is_a_problem_and_stays(tmp_path: Path) -> None:
    damaged, newer, link = (tmp_path / f"{name}.sqlite" for name in ("damaged", "newer", "link"))
    damaged.write_bytes(b"no database" * 1_000)
    await journal_with(newer)
    with closing(sqlite3.connect(newer)) as file:
        file.execute("PRAGMA user_version = 99")
    link.symlink_to(newer)
    before = file_states(tmp_path)
    for path, words in ((damaged, "is damaged"), (newer, "newer kraty-console"), (link, "is a link")):
        (findings,) = state.journal_findings(path)
        assert (findings.state, words in findings.words) == ("problem", True), findings
    assert file_states(tmp_path) == before


def test_an_empty_journal_is_a_new_one(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite").touch(0o600)
    (finding,) = state.journal_findings(tmp_path / "journal.sqlite")
    assert finding.state is checkup.CheckState.OK
