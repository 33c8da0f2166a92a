"""Where a backend has its operations and what it calls the fields of their bodies, as `[profiles.NAME.routes]` says.

A key is an operation (`contract.operations`) and its value `"POST /path/{attemptId}/complete"`, or false where the
backend does not have it. `fields.reason = "note"` renames a field of every body, `fields.force_claim.reason` of one,
and false leaves it out. What only reads stays GET: finding out what a backend has must never change anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from kraty_console.config.errors import ConfigError
from kraty_console.config.profile_file import nearest
from kraty_console.contract.operations import ADMIN_OPERATIONS, OPERATIONS, Operation, OperationSpec


class RouteSetting(NamedTuple):
    """The method and path of an operation; both are empty if the backend does not have it."""

    method: str
    path: str

    @property
    def missing(self) -> bool:
        """Whether the profile says that this backend does not have the operation."""
        return not self.method


class FieldNames(NamedTuple):
    """The backend's names of body fields; None leaves a field out."""

    everywhere: Mapping[str, str | None]
    by_operation: Mapping[str, Mapping[str, str | None]]

    def of(self, operation: str) -> dict[str, str | None]:
        """The names for one operation: its own names take precedence over those for all."""
        return {**self.everywhere, **self.by_operation.get(operation, {})}


NO_FIELDS: Final = FieldNames({}, {})

BODY_FIELDS: Final = (
    "externalPlayerId",
    "entries",
    "reason",
    "ticket",
    "idempotencyKey",
    "finalScore",
    "kind",
    "expiresAt",
    "metadata",
    "amount",
    "text",
    "attemptId",
    "grantId",
    "deliveryId",
    "auditId",
    "economyKey",
)
"""The fields of a change's body; ids are only in it if they are not in the path."""

PATH_NAMES: Final = (
    "studioId",
    "gameId",
    "externalPlayerId",
    "attemptId",
    "grantId",
    "economyKey",
    "auditId",
    "deliveryId",
)
"""Placeholders allowed in paths."""

_GAME_IDS: Final = ("studioId", "gameId")
_PLAYER_TARGETS: Final = ("attemptId", "grantId", "")
"""Targets of changes to a player's rows; empty for the player named in the body."""
_WRITES: Final = ("POST", "PUT", "PATCH", "DELETE")
_PLACEHOLDER: Final = r"\{([^{}]*)\}"
_INVALID_CHARACTER: Final = r"[^A-Za-z0-9\-._~!$&'()*+,;=:@%/]"
_NAME: Final = r"[A-Za-z_][A-Za-z0-9_.-]{0,63}"


def routes_and_fields(value: object, where: str) -> tuple[dict[str, RouteSetting], FieldNames]:
    """Parse the table `[profiles.NAME.routes]`.

    Raises:
        ConfigError: an unknown operation or field, or an invalid route or name.
    """
    if not isinstance(value, dict):
        raise ConfigError(f'{where} must be a table of operation = "METHOD /path"')
    routes: dict[str, RouteSetting] = {}
    for key, route in value.items():
        if key == "fields":
            continue
        if key not in ADMIN_OPERATIONS:
            raise ConfigError(f"{where}: unknown operation `{key}`{nearest(key, ADMIN_OPERATIONS)}")
        routes[str(key)] = _route(Operation(key), route, f"{where}: `{key}`")
    fields = _fields(value.get("fields", {}), where)
    _check_targets(routes, fields, where)
    return routes, fields


def built_in(operation: Operation) -> RouteSetting:
    """The route of an operation if the profile does not change it."""
    spec = _spec(operation)
    return RouteSetting(spec.method, spec.path)


def names_of(operation: Operation) -> tuple[str, ...]:
    """The placeholders allowed in the path of an operation."""
    spec = _spec(operation)
    known = set(spec.names)
    if known:
        known.update(_GAME_IDS)
    if spec.is_write and spec.target in _PLAYER_TARGETS:
        known.add("externalPlayerId")
    return tuple(name for name in PATH_NAMES if name in known)


def targets_of(operation: Operation) -> tuple[str, ...]:
    """The ids of an operation's target; those that are not in the path of a change are in its body."""
    spec = _spec(operation)
    if spec.is_write and not spec.target:
        return ("externalPlayerId",)
    return tuple(name for name in spec.names if name not in _GAME_IDS)


def _spec(operation: Operation) -> OperationSpec:
    return OPERATIONS[operation]


def _changes() -> list[Operation]:
    return [operation for operation, spec in ADMIN_OPERATIONS.items() if spec.is_write]


def _route(operation: Operation, value: object, place: str) -> RouteSetting:
    if value is False:
        return RouteSetting("", "")
    default = built_in(operation)
    example = f'write {operation} = "{default.method} {default.path}" with your method and path, or false'
    if not isinstance(value, str) or len(parts := value.split(" ")) != 2:
        raise ConfigError(f"{place} must be a method and a path with one blank between: {example}")
    method, path = parts[0].upper(), parts[1]
    allowed = _methods(operation)
    if method not in allowed:
        why = " (it only reads, and must not change anything)" if allowed == ("GET",) else ""
        raise ConfigError(f"{place} cannot be {parts[0]!r}: write {' or '.join(allowed)}{why}")
    _check_path(path, place)
    _check_names(operation, path, place)
    return RouteSetting(method, path)


def _methods(operation: Operation) -> tuple[str, ...]:
    if operation is Operation.END_SESSION:
        return ("DELETE", "POST")
    return _WRITES if operation in _changes() else ("GET",)


def _check_path(path: str, place: str) -> None:
    if not path.startswith("/"):
        hint = "leave the address out, it is `url`" if "://" in path else f"write /{path}"
        raise ConfigError(f"{place}: the path must begin with /: {hint}")
    if "?" in path or "#" in path:
        raise ConfigError(f"{place}: the path contains ? or #: give the path only, the query is added to it")
    rest = re.sub(_PLACEHOLDER, "x", path)
    if "{" in rest or "}" in rest:
        raise ConfigError(f"{place}: a brace has no partner: write names as in {{studioId}}")
    if invalid := re.search(_INVALID_CHARACTER, rest):
        raise ConfigError(f"{place}: the path holds {invalid[0]!r}, which no path can hold as it is: percent-encode it")
    if re.search(r"%(?![0-9A-Fa-f]{2})", rest):
        raise ConfigError(f"{place}: the path holds % without two hexadecimal digits after it: write %25 for a percent")
    if "//" in rest:
        raise ConfigError(f"{place}: the path holds //: write one / between two segments")
    if any(re.sub("%2e", ".", segment, flags=re.IGNORECASE) in (".", "..") for segment in rest.split("/")):
        raise ConfigError(f"{place}: the path holds the segment . or ..: write the path without it")


def _check_names(operation: Operation, path: str, place: str) -> None:
    placeholders = re.findall(_PLACEHOLDER, path)
    allowed = names_of(operation)
    for name in placeholders:
        if name not in PATH_NAMES:
            raise ConfigError(f"{place}: there is no {{{name}}}{nearest(name, allowed)}")
        if name not in allowed:
            allowed_names = ", ".join(f"{{{each}}}" for each in allowed) if allowed else "nothing"
            raise ConfigError(f"{place}: {operation} has no {{{name}}}; its path may name {allowed_names}")
        if placeholders.count(name) > 1:
            raise ConfigError(f"{place}: {{{name}}} is there twice: name it once")
    if _methods(operation) == ("GET",):
        for name in targets_of(operation):
            if name not in placeholders:
                raise ConfigError(f"{place}: the path must name {{{name}}}, or it would not say what to read")


def _fields(value: object, where: str) -> FieldNames:
    if not isinstance(value, dict):
        raise ConfigError(f'{where}: `fields` must be names, as in fields.externalPlayerId = "playerId"')
    changes = [str(each) for each in _changes()]
    everywhere: dict[str, str | None] = {}
    by_operation: dict[str, dict[str, str | None]] = {}
    for key, renamed in value.items():
        location = f"{where}: `fields.{key}`"
        if key in BODY_FIELDS:
            everywhere[key] = _field(key, renamed, location)
        elif key in changes:
            if not isinstance(renamed, dict):
                raise ConfigError(f'{location} is an operation: name its field, as in fields.{key}.reason = "note"')
            by_operation[key] = {}
            for field, name in renamed.items():
                inner = f"{where}: `fields.{key}.{field}`"
                if field not in BODY_FIELDS:
                    raise ConfigError(f"{inner}: unknown field `{field}`{nearest(field, BODY_FIELDS)}")
                by_operation[key][field] = _field(field, name, inner)
        else:
            raise ConfigError(f"{location}: unknown field or change `{key}`{nearest(key, (*BODY_FIELDS, *changes))}")
    names = FieldNames(everywhere, by_operation)
    _check_unique(everywhere, f"{where}: `fields`")
    for operation in by_operation:
        _check_unique(names.of(operation), f"{where}: `fields.{operation}`")
    return names


def _field(field: str, value: object, place: str) -> str | None:
    if value is False:
        if field == "idempotencyKey":
            raise ConfigError(
                f"{place} cannot be left out: without it the backend cannot know a repeated call, and may do it twice. "
                "Rename it if it has another name there"
            )
        return None
    if isinstance(value, str) and re.fullmatch(_NAME, value):
        return value
    raise ConfigError(
        f"{place} must be the field's name on this backend, 1 to 64 letters, digits, _ . or - that begin with a letter "
        "or _, or false to leave the field out"
    )


def _check_unique(names: Mapping[str, str | None], place: str) -> None:
    """Check that no two fields have the same name: one would overwrite the other."""
    owners: dict[str, str] = {}
    for field in BODY_FIELDS:
        name = names.get(field, field)
        if name is None:
            continue
        if name in owners:
            raise ConfigError(
                f"{place}: {owners[name]} and {field} would both be called `{name}`: give each its own name, or rename "
                "them for one operation each, as in fields.force_claim.grantId"
            )
        owners[name] = field


def _check_targets(routes: Mapping[str, RouteSetting], fields: FieldNames, where: str) -> None:
    """Check that every change names its target, in its path or in its body."""
    for operation in _changes():
        route = routes.get(operation, built_in(operation))
        if route.missing:
            continue
        names: dict[str, Any] = fields.of(operation)
        for target in targets_of(operation):
            if f"{{{target}}}" not in route.path and names.get(target, target) is None:
                raise ConfigError(
                    f"{where}: `fields.{target}` = false leaves {operation} without its {target}: put {{{target}}} "
                    f'into its path, or name the field for it, as in fields.{operation}.{target} = "{target}"'
                )
