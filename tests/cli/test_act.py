"""`act`: each change as a command, against a real backend, with the checks, journal and outcomes of its dialog."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest

from kraty_console.backend.auth.api_keys import SERVER_INTEGRATION
from kraty_console.backend.http.rate_limit import Rate
from kraty_console.cli.act import act
from kraty_console.contract.session import GAME_ADMIN, GAME_VIEWER
from kraty_console.domain import forms
from kraty_console.domain.actions import REGISTRY
from kraty_console.domain.change_commands import change_commands
from kraty_console.domain.changes import revoke
from tests.harness.cli.acts import WHY, done, status_of
from tests.harness.cli.member_runs import Member, become_member
from tests.harness.contract.served_backend import Backend
from tests.harness.contract.troubled_game import TroubledGame, make_troubled_game
from tests.harness.contract.webhooks import SCENES
from tests.harness.databases import SqliteFiles


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    database = SqliteFiles(tmp_path_factory.mktemp("act")).fresh()
    with Backend(database, Rate(0)).running() as running:
        yield running


@pytest.fixture
def world(backend: Backend) -> TroubledGame:
    return make_troubled_game(backend)


@pytest.fixture
def member(
    world: TroubledGame, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Member:
    become_member(monkeypatch, tmp_path, world, GAME_ADMIN)
    return Member(capsys)


def test_every_change_of_the_registry_is_a_command() -> None:
    writes = {spec.operation for spec in REGISTRY if spec.is_write}
    others = {each.other_operation for each in forms.CHANGES.values() if each.other_operation}
    commands = change_commands()
    assert {each.operation for each in commands.values()} == writes | others
    context = click.Context(act)
    for name in commands:
        command = act.get_command(context, name)
        assert command is not None
        options = [option for each in command.params for option in each.opts]
        assert len(options) == len(set(options)), "a field has the name of another flag"


def test_a_new_action_appears_with_its_fields(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = replace(revoke.CHANGE.spec, id="grant.undo_it", help="on a grant: undo it")
    monkeypatch.setitem(forms.CHANGES, spec.id, replace(revoke.CHANGE, spec=spec))
    member = Member(capsys)
    assert "On a grant: undo it." in member.run("act", "--help").out
    told = member.run("act", "undo-it", "--help").out
    assert "undo-it [OPTIONS] GRANT" in told
    assert "--reason TEXT" in told


def test_a_preview_sends_nothing_and_the_change_does_what_it_said(world: TroubledGame, member: Member) -> None:
    grant = world.grants["pending"]
    previewed = member.run("act", "force-claim", grant, *WHY, "--dry-run")
    assert previewed.code == 0, previewed.err
    assert "alice · grant" in previewed.out
    assert "status  pending → claimed" in previewed.out
    assert "gold 0 → 7" in previewed.out
    assert previewed.err == "Only previewed: nothing was sent.\n"
    as_json = member.run("act", "force-claim", grant, *WHY, "--dry-run", "--json").json
    assert (as_json["outcome"], as_json["player"], as_json["target"]) == ("preview", "alice", grant)
    assert as_json["willChange"][0] == {"what": "status", "words": "pending → claimed", "note": False}
    assert (status_of(world, "grants", grant), done(world)) == ("pending", [])

    made = member.run("act", "force-claim", grant, *WHY, "--json").json
    (row,) = done(world)
    assert made["outcome"] == "applied"
    assert made["summary"] == "pending → claimed, delivered gold +7 and sword +1"
    assert made["audit"]["id"] == row["id"]
    assert made["requestId"]
    assert made["audit"]["url"].endswith(row["id"])
    assert (row["idempotencyKey"], row["ticket"]) == (made["idempotencyKey"], "ZD-7")
    assert row["reason"] == "the receiver was down"
    assert status_of(world, "grants", grant) == "claimed"

    again = member.run("act", "force-claim", grant, *WHY)
    assert (again.code, again.out) == (6, "")
    assert again.err == "Not applied: This grant is already claimed.\n"
    refused = member.run("act", "force-claim", grant, *WHY, "--json")
    assert refused.code == 6
    assert (refused.json["outcome"], refused.json["error"]["message"]) == ("refused", "this grant is already claimed")


def test_the_same_key_has_the_same_answer(world: TroubledGame, member: Member, tmp_path: Path) -> None:
    def claim(grant: str, *more: str) -> Any:
        return member.run("act", "force-claim", world.grants[grant], *WHY, "--idempotency-key", "job-0001", *more)

    first, second = claim("pending", "--json"), claim("pending", "--json")
    assert (first.code, second.code, len(done(world))) == (0, 0, 1)
    assert second.json == {**first.json, "replayed": True, "summary": second.json["summary"]}
    assert "(answered from the record of the first time)" in claim("pending").out
    for other in (claim("crate"), claim("pending", "--reason", "another reason"), claim("pending", "--reason", "x")):
        assert other.code == 6
        assert "belongs to another change" in other.err
    (tmp_path / "state" / "journal.sqlite").unlink()  # as on another machine
    elsewhere = claim("pending", "--json")
    assert (elsewhere.code, elsewhere.json["audit"], elsewhere.json["replayed"]) == (0, first.json["audit"], True)
    assert len(done(world)) == 1


def test_the_same_key_has_the_same_answer_whatever_the_state_is_now(world: TroubledGame, member: Member) -> None:
    stuck = world.attempts["stuck"]
    for words in (
        ("unban", "alice", "--reason", "the review is over"),
        ("force-complete", stuck, "--final-score", "3", *WHY),
        ("manual-grant", "alice", "currency:gold=5", "--expires-in", "3", *WHY),
        ("credit", "alice", "gold=5", *WHY),
    ):
        if words[0] == "unban":
            world.post(f"{world.player('alice')}/ban", {"reason": "cheating", "idempotencyKey": "ban-0001"})
        key = ("--idempotency-key", f"key-{words[0]}")
        first = member.run("act", *words, *key, "--json")
        made = len(done(world))
        world.backend.clock.ms += 60_000
        second = member.run("act", *words, *key, "--json")
        assert (first.code, second.code) == (0, 0), (first.err, second.err)
        assert second.json["audit"] == first.json["audit"]
        assert second.json["replayed"]
        assert len(done(world)) == made
        other = member.run("act", *words, *key, "--reason", "another reason")
        assert other.code == 6, words
    longer = ("manual-grant", "alice", "currency:gold=5", "--expires-in", "4", *WHY)
    assert member.run("act", *longer, "--idempotency-key", "key-manual-grant").code == 6


def test_a_completed_attempt_is_rolled_in_a_second_step(world: TroubledGame, member: Member) -> None:
    world.mend_table()
    attempt = world.attempts["stuck"]
    key = ("--idempotency-key", "both-0001")
    asked = ("act", "force-complete", attempt, "--final-score", "3", "--then-roll", *WHY, *key)
    report = member.run(*asked, "--json").json
    assert report["summary"] == "in progress → force-completed, score 1 → 3"
    assert report["then"]["outcome"] == "applied"
    assert "the roll granted" in report["then"]["summary"]
    assert report["then"]["idempotencyKey"] == "both-0001.roll"
    assert len(done(world)) == 2
    again = member.run(*asked)
    assert again.code == 0
    assert [line.partition(" applied")[0] for line in again.out.splitlines()[::2]] == ["Force-complete", "Retry roll"]
    assert len(done(world)) == 2


def test_what_follows_may_fail_alone(world: TroubledGame, member: Member) -> None:
    result = member.run("act", "force-complete", world.attempts["stuck"], "--then-roll", *WHY)
    assert result.code == 6
    assert "Force-complete applied: in progress → force-completed, score 1 (unchanged)" in result.out
    assert "Force-complete was applied; Retry roll was not." in result.err
    assert "The roll failed again" in result.err


def test_nothing_is_filled_in_that_was_not_given(world: TroubledGame, member: Member) -> None:
    """Neither the first template of a grant, nor the roll that a dialog ticks."""
    nothing = member.run("act", "manual-grant", "alice", *WHY)
    assert nothing.code == 2
    assert "--entries: entries is needed" in nothing.err
    completed = member.run("act", "force-complete", world.attempts["stuck"], *WHY, "--json").json
    assert "then" not in completed


def test_a_field_that_is_not_valid_is_named(world: TroubledGame, member: Member) -> None:
    for words, told in {
        ("credit", "alice", "gold=many", *WHY): "--amount: a whole number, 1 to 1000000000",
        ("credit", "alice", "golb=5", *WHY): "--economy-key: the catalog has no such key; nearest is gold",
        ("credit", "alice", "gold", *WHY): "'gold' is not KEY=AMOUNT",
        ("credit", "alice", "gold=5", "gold=6", *WHY): "only one KEY=AMOUNT is taken",
        ("credit", "alice", "gold=5", "--amount", "6", *WHY): "--amount is given twice",
        ("credit", "alice", "gold=5"): "--reason: reason is needed",
        ("manual-grant", "alice", "gold=50", *WHY): "'gold=50' is not KIND:KEY=COUNT",
        ("manual-grant", "alice", "item:swrod=1", *WHY): "nearest is sword",
        ("manual-grant", "alice", "--entries", "[{]", *WHY): "--entries: line 1:",
        ("force-complete", world.attempts["stuck"], "--final-score", "3x", *WHY): "--final-score: a number, 0 or more",
        ("ban", "alice", "--reason", "cheating"): "--confirm: type alice to confirm",
        ("ban", "alice", "--reason", "cheating", "--confirm", "alicia"): "--confirm: type alice to confirm",
        ("force-claim", world.grants["crate"], *WHY, "--idempotency-key", "short"): "--idempotency-key takes 8 to 190",
        ("force-clam", "x"): "No such command 'force-clam'",
    }.items():
        result = member.run("act", *words)
        assert (result.code, told in result.err) == (2, True), result.err
    assert done(world) == []


def test_a_ban_is_lifted_and_only_the_change_that_was_named_is_made(world: TroubledGame, member: Member) -> None:
    assert member.run("act", "unban", "alice", "--reason", "a mistake").code == 6
    banned = member.run("act", "ban", "alice", "--reason", "cheating", "--confirm", "alice")
    assert (banned.code, banned.out.splitlines()[0]) == (0, "Ban applied: banned")
    again = member.run("act", "ban", "alice", "--reason", "cheating", "--confirm", "alice")
    assert again.code == 6
    assert "only unban is possible" in again.err
    lifted = member.run("act", "unban", "alice", "--reason", "a mistake")
    assert (lifted.code, lifted.out.splitlines()[0]) == (0, "Unban applied: ban lifted")
    noted = member.run("act", "note", "alice", "--text", "was banned by mistake")
    assert (noted.code, noted.out.splitlines()[0]) == (0, "Add note applied: was banned by mistake")


def test_an_amount_over_the_limit_of_the_profile_asks_for_the_id(
    world: TroubledGame, member: Member, tmp_path: Path
) -> None:
    (tmp_path / "config.toml").write_text('default = "p"\n[profiles.p]\namount_limit = 100\n')
    asked = ("act", "credit", "alice", "gold=101", *WHY)
    refused = member.run(*asked)
    assert (refused.code, "--confirm: over 100: type alice to confirm" in refused.err) == (2, True)
    assert member.run(*asked, "--confirm", "alice").out.startswith("Credit applied: gold +101, balance 101")
    assert len(done(world)) == 1


def test_what_the_state_the_role_or_the_profile_forbids(
    world: TroubledGame, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    roll = member.run("act", "retry-roll", world.attempts["stuck"])
    assert (roll.code, "force-complete it first" in roll.err) == (6, True)
    merge = member.run("act", "merge", "alice", "alicia", *WHY, "--confirm", "alice")
    assert (merge.code, "Needs a server key" in merge.err) == (4, True)
    read_only = member.run("--read-only", "act", "note", "alice", "--text", "hello")
    assert (read_only.code, "read-only profile" in read_only.err) == (4, True)
    monkeypatch.setenv("KRATY_TOKEN", world.sessions[GAME_VIEWER])
    viewer = member.run("act", "credit", "alice", "gold=5", *WHY)
    assert (viewer.code, "Needs wallet.credit (GAME_ADMIN)" in viewer.err) == (4, True)
    assert done(world) == []


def test_with_a_server_key(
    world: TroubledGame, member: Member, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.toml").write_text(
        'default = "p"\n[profiles.p]\ncredential = "server_key"\nserver_actions = true\nperson = "maria"\n'
    )
    monkeypatch.delenv("KRATY_TOKEN")
    monkeypatch.setenv("KRATY_SERVER_KEY", world.keys[SERVER_INTEGRATION])
    claim = ("act", "force-claim", world.grants["pending"], *WHY)
    assert "name the player with --player" in member.run(*claim).err
    previewed = member.run(*claim, "--player", "alice", "--dry-run")
    assert "the audit log will name the key" in previewed.out
    assert member.run(*claim, "--player", "alice").code == 0
    debited = member.run("act", "debit", "alice", "gold=7", *WHY)
    assert debited.out.startswith("Debit applied: gold −7, balance 0")
    merge = ("act", "merge", "alice", "alicia", *WHY)
    assert "--confirm: type alice to confirm" in member.run(*merge).err
    assert "alice is free again" in member.run(*merge, "--confirm", "alice", "--dry-run").out
    key = ("--idempotency-key", "merge-0001")
    merged = member.run(*merge, "--confirm", "alice", *key, "--json")
    assert (merged.code, merged.json["summary"]) == (0, "merged into alicia"), merged.err
    assert member.run(*merge, *key, "--json").json["replayed"], "although alice is gone"


def test_a_delivery_is_sent_again(world: TroubledGame, member: Member) -> None:
    delivery = SCENES["webhook.replay"](world)["deliveryId"]
    previewed = member.run("act", "replay", delivery, "--dry-run")
    assert "again, at once, to https://games.example" in previewed.out, previewed.err
    result = member.run("act", "replay", delivery)
    assert result.out.startswith("Replay delivery applied: wallet.changed is sent again, attempt 2"), result.err


def test_a_wrong_ticket_is_corrected(world: TroubledGame, member: Member) -> None:
    credited = member.run("act", "credit", "alice", "gold=5", *WHY, "--json").json["audit"]["id"]
    correct = ("act", "correct-ticket", credited, "--reason", "typed wrong")
    assert "--ticket: right ticket is needed" in member.run(*correct).err
    assert "--ticket: the row has this ticket already" in member.run(*correct, "--ticket", "ZD-7").err
    previewed = member.run(*correct, "--ticket", "ZD-8", "--dry-run")
    assert "ticket  ZD-7 → ZD-8" in previewed.out
    made = member.run(*correct, "--ticket", "ZD-8", "--json").json
    assert (made["summary"], made["player"], made["target"]) == ("ticket ZD-7 → ZD-8", "alice", credited)
    again = member.run("act", "correct-ticket", made["audit"]["id"], "--reason", "typed wrong", "--ticket", "ZD-9")
    assert (again.code, "this row is a correction itself" in again.err.lower()) == (6, True)


def test_a_target_that_is_not_there(world: TroubledGame, member: Member) -> None:
    for words in (
        ("force-claim", "0197c0de-0000-7000-8000-00000000dead", *WHY),
        ("force-claim", world.attempts["stuck"], *WHY),
        ("force-claim", world.grants["pending"], "--player", "alicia", *WHY),
        ("credit", "ali", "gold=5", *WHY),
    ):
        result = member.run("act", *words)
        assert result.code == 3, result.err
        assert words[1] in result.err
    assert done(world) == []


def test_where_rows_are_not_resolved_the_player_is_named(
    world: TroubledGame, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = world.backend.database_url
    with Backend(database, Rate(0), only="player,me,health,force_claim,audit_log").running() as reduced:
        monkeypatch.setenv("KRATY_URL", f"http://127.0.0.1:{reduced.port}")
        claim = ("act", "force-claim", world.grants["pending"], *WHY)
        unnamed = member.run(*claim)
        assert (unnamed.code, "name the player with --player" in unnamed.err) == (2, True)
        assert member.run(*claim, "--player", "alice").code == 0
        credit = member.run("act", "credit", "alice", "gold=5", *WHY)
        assert (credit.code, "This Kraty has no route" in credit.err) == (1, True)
    assert len(done(world)) == 1
