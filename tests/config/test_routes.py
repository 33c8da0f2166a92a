"""Routes and field names of a backend in the profile, and the error message of each mistake."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from kraty_console.config.errors import ConfigError
from kraty_console.config.profiles import FieldNames, Profile, RouteSetting, load_profile
from kraty_console.config.routes import BODY_FIELDS, PATH_NAMES, built_in, names_of, routes_and_fields, targets_of
from kraty_console.contract.operations import ADMIN_OPERATIONS, OPERATIONS, Operation, model_of
from tests.harness.each import for_each


def routed(lines: str, tmp_path: Path) -> Profile:
    file = tmp_path / "config.toml"
    file.write_text(f"[profiles.a]\n[profiles.a.routes]\n{lines}", "utf-8")
    return load_profile(file, {})


def test_an_operation_can_have_another_route_or_none(tmp_path: Path) -> None:
    profile = routed(
        """
        force_complete = "POST /v2/{studioId}/attempts/{attemptId}:complete"
        ban = "put /v2/players/{externalPlayerId}/status"
        player = "GET /v2/players/{externalPlayerId}"
        end_session = "POST /logout"
        retry_roll = false
        """,
        tmp_path,
    )
    assert profile.routes == {
        "force_complete": RouteSetting("POST", "/v2/{studioId}/attempts/{attemptId}:complete"),
        "ban": RouteSetting("PUT", "/v2/players/{externalPlayerId}/status"),
        "player": RouteSetting("GET", "/v2/players/{externalPlayerId}"),
        "end_session": RouteSetting("POST", "/logout"),
        "retry_roll": RouteSetting("", ""),
    }
    assert profile.routes["retry_roll"].missing
    assert not profile.routes["ban"].missing
    assert profile.routes[Operation.BAN].method == "PUT"
    assert profile.fields == FieldNames({}, {})


def test_without_a_table_nothing_is_changed(tmp_path: Path) -> None:
    assert routed("", tmp_path).routes == {}
    assert Profile().fields.of("ban") == {}


@pytest.mark.parametrize("operation", ADMIN_OPERATIONS)
def test_every_built_in_route_is_valid(operation: Operation, tmp_path: Path) -> None:
    method, path = OPERATIONS[operation][:2]
    assert routed(f'{operation} = "{method} {path}"', tmp_path).routes == {operation: built_in(operation)}


def test_fields_are_renamed_for_all_or_for_one_operation(tmp_path: Path) -> None:
    fields = routed(
        """
        fields.externalPlayerId = "playerId"
        fields.ticket = false
        fields.idempotencyKey = "Idempotency.Key-1"
        fields.force_claim.reason = "note"
        fields.force_claim.ticket = "case"
        """,
        tmp_path,
    ).fields
    everywhere = {"externalPlayerId": "playerId", "ticket": None, "idempotencyKey": "Idempotency.Key-1"}
    assert fields.of("ban") == everywhere
    assert fields.of("force_claim") == {**everywhere, "reason": "note", "ticket": "case"}
    assert fields.by_operation == {"force_claim": {"reason": "note", "ticket": "case"}}


def test_field_names_may_be_swapped(tmp_path: Path) -> None:
    assert routed('fields.reason = "ticket"\nfields.ticket = "reason"', tmp_path).fields.of("ban") == {
        "reason": "ticket",
        "ticket": "reason",
    }


def test_an_id_missing_from_the_path_is_sent_in_the_body(tmp_path: Path) -> None:
    profile = routed('force_claim = "POST /claims"\nfields.grantId = "id"', tmp_path)
    assert profile.fields.of("force_claim") == {"grantId": "id"}


def test_an_id_in_the_path_may_be_left_out_of_the_body(tmp_path: Path) -> None:
    lines = 'manual_grant = "POST /players/{externalPlayerId}/grants"\nfields.externalPlayerId = false'
    assert routed(lines, tmp_path).fields.of("manual_grant") == {"externalPlayerId": None}
    routed("manual_grant = false\nfields.externalPlayerId = false", tmp_path)


def test_placeholders_allowed_in_a_path() -> None:
    assert names_of(Operation.HEALTH) == names_of(Operation.ME) == names_of(Operation.END_SESSION) == ()
    assert names_of(Operation.SEARCH) == names_of(Operation.AUDIT_LOG) == ("studioId", "gameId")
    assert names_of(Operation.AUDIT_ROW) == ("studioId", "gameId", "auditId")
    assert names_of(Operation.FORCE_CLAIM) == ("studioId", "gameId", "externalPlayerId", "grantId")
    assert names_of(Operation.MANUAL_GRANT) == ("studioId", "gameId", "externalPlayerId")
    assert names_of(Operation.CREDIT) == ("studioId", "gameId", "externalPlayerId", "economyKey")
    assert targets_of(Operation.MANUAL_GRANT) == ("externalPlayerId",)
    assert targets_of(Operation.SEARCH) == ()
    assert {name for each in ADMIN_OPERATIONS for name in names_of(each)} == set(PATH_NAMES)
    ids = {name for each in ADMIN_OPERATIONS for name in targets_of(each)}
    requests = [model_of(spec.request) for spec in ADMIN_OPERATIONS.values() if spec.is_write]
    fields = {field.alias or name for model in requests for name, field in model.model_fields.items()}
    assert ids | fields == set(BODY_FIELDS)


MISTAKES = [
    ("ban = 1", "`ban` must be a method and a path with one blank between: write ban = "),
    ("ban = true", "`ban` must be a method and a path"),
    ('ban = "/ban"', '"POST /admin/v1/studios/{studioId}/games/{gameId}/players/{externalPlayerId}/ban"'),
    ('ban = "POST  /ban"', "with your method and path, or false"),
    ('ban = "POST /b an"', "`ban` must be a method and a path"),
    ('bann = "POST /b"', "unknown operation `bann`: did you mean `ban`?"),
    ('zzz = "POST /b"', "unknown operation `zzz` (known: health, me, "),
    ('player = "POST /p/{externalPlayerId}"', "`player` cannot be 'POST': write GET (it only reads, and must not"),
    ('health = "HEAD /h"', "`health` cannot be 'HEAD': write GET"),
    ('ban = "GET /b"', "`ban` cannot be 'GET': write POST or PUT or PATCH or DELETE"),
    ('end_session = "PUT /s"', "`end_session` cannot be 'PUT': write DELETE or POST"),
    ('ban = "POST ban"', "`ban`: the path must begin with /: write /ban"),
    ('ban = "POST https://h/ban"', "the path must begin with /: leave the address out, it is `url`"),
    ('ban = "POST /b?x=1"', "the path contains ? or #"),
    ('ban = "POST /b#x"', "the path contains ? or #"),
    ('ban = "POST /a//b"', "the path holds //: write one /"),
    ('ban = "POST //b"', "the path holds //"),
    ('ban = "POST /a/../b"', "the path holds the segment . or .."),
    ('ban = "POST /a/."', "the path holds the segment . or .."),
    ('ban = "POST /a/%2E%2e/b"', "the path holds the segment . or .."),
    ('ban = "POST /a%2"', "holds % without two hexadecimal digits"),
    ('ban = "POST /ü"', "the path holds 'ü', which no path can hold as it is: percent-encode it"),
    ('ban = "POST /a\\tb"', "the path holds '\\t'"),
    ('ban = "POST /a\\\\b"', "percent-encode it"),
    ('ban = "POST /{externalPlayerId"', "a brace has no partner"),
    ('ban = "POST /a}"', "a brace has no partner"),
    ('ban = "POST /{playerId}"', "`ban`: there is no {playerId} (known: studioId, gameId, externalPlayerId)"),
    ('ban = "POST /{externalId}"', "there is no {externalId}: did you mean `externalPlayerId`?"),
    ('ban = "POST /{}"', "there is no {} (known: studioId, "),
    ('ban = "POST /{attemptId}"', "ban has no {attemptId}; its path may name {studioId}, {gameId}, {externalPlayerId}"),
    ('me = "GET /{studioId}/me"', "me has no {studioId}; its path may name nothing"),
    ('ban = "POST /{gameId}/{gameId}"', "{gameId} is there twice: name it once"),
    ('player = "GET /players"', "the path must name {externalPlayerId}, or it would not say what to read"),
    ('timeline = "GET /t"', "the path must name {externalPlayerId}"),
    ('audit_row = "GET /a"', "the path must name {auditId}"),
    ('delivery = "GET /d"', "the path must name {deliveryId}"),
    ("fields = 1", "`fields` must be names, as in fields.externalPlayerId"),
    ('fields.reasn = "x"', "`fields.reasn`: unknown field or change `reasn`: did you mean `reason`?"),
    ('fields.player.reason = "x"', "unknown field or change `player`"),
    ('fields.ban = "x"', '`fields.ban` is an operation: name its field, as in fields.ban.reason = "note"'),
    ('fields.ban.reasn = "x"', "`fields.ban.reasn`: unknown field `reasn`: did you mean `reason`?"),
    ('fields.reason = ""', "`fields.reason` must be the field's name on this backend"),
    ('fields.reason = "9x"', "1 to 64 letters, digits, _ . or - that begin with a letter"),
    (f'fields.reason = "{"x" * 65}"', "`fields.reason` must be the field's name"),
    ("fields.reason = true", "or false to leave the field out"),
    ("fields.ban.reason = 1", "`fields.ban.reason` must be the field's name"),
    ("fields.idempotencyKey = false", "without it the backend cannot know a repeated call, and may do it twice"),
    ("fields.ban.idempotencyKey = false", "`fields.ban.idempotencyKey` cannot be left out"),
    ('fields.reason = "n"\nfields.ticket = "n"', "`fields`: reason and ticket would both be called `n`"),
    ('fields.reason = "ticket"', "reason and ticket would both be called `ticket`: give each its own name"),
    ('fields.reason = "n"\nfields.ban.ticket = "n"', "`fields.ban`: reason and ticket would both be called `n`"),
    (
        "fields.externalPlayerId = false",
        "leaves manual_grant without its externalPlayerId: put {externalPlayerId} into",
    ),
    (
        'force_claim = "POST /claims"\nfields.force_claim.grantId = false',
        'name the field for it, as in fields.force_claim.grantId = "grantId"',
    ),
    (
        'force_claim = "POST /claims"\nfields.grantId = false',
        "`fields.grantId` = false leaves force_claim without its grantId: put {grantId} into its path, or name",
    ),
    (
        'credit = "POST /credit/{externalPlayerId}"\nfields.economyKey = false',
        "leaves credit without its economyKey",
    ),
]


@for_each(("lines", "words"), MISTAKES)
def test_errors_contain_location_and_fix(lines: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        routed(lines, tmp_path)
    assert words in str(raised.value)
    assert str(raised.value).startswith(f"{tmp_path / 'config.toml'}: [profiles.a.routes]: ")


def test_routes_must_be_a_table(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"must be a table of operation"):
        routes_and_fields(1, "here")
    (tmp_path / "config.toml").write_text('[profiles.a.fields]\nreason = "x"')
    with pytest.raises(ConfigError, match=r"`fields` belongs to the routes: write \[profiles.a.routes\]"):
        load_profile(tmp_path / "config.toml", {})


def test_dotted_toml_keys_are_parsed() -> None:
    assert tomllib.loads('fields.ban.reason = "x"\nfields.ticket = false')["fields"] == {
        "ban": {"reason": "x"},
        "ticket": False,
    }
