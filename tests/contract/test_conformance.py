"""Every operation of the three documents, called as a stranger's tool would: once so that it succeeds, then with what
the document allows, then with what it forbids; every answer is one that the document has, to the last header."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from kraty_console.backend.app.openapi.surfaces import SURFACES, shipped_document
from kraty_console.backend.app.routes import ROUTES
from kraty_console.backend.http.routing import Route
from kraty_console.contract.limits import MAX_BALANCE
from tests.contract import test_matrix as matrix
from tests.harness.contract.troubled_game import TroubledGame

if TYPE_CHECKING:
    from requests import Session
    from schemathesis import Case
    from schemathesis.specs.openapi.schemas import OpenApiSchema

few = settings(
    max_examples=2,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)

SAYS_MORE = {
    "externalPlayerIds",
    "purchasedAt",
    "cursor",
    "endpoint",
    "expiresAt",
    "externalId",
    "occurredAt",
    "period",
    "segment",
    "timezone",
    "url",
}
"""What a schema cannot wholly describe: moments to come, what another answer gave, what other fields ask for."""

SAYS_MORE_OF = {"faults": {"eventKey"}}
"""The same of single routes, by the last word of the path: what the catalog of the game has."""


@pytest.fixture(scope="session")
def schemas() -> Mapping[str, OpenApiSchema]:
    """The documents as schemathesis reads them, by the first part of a path."""
    from schemathesis import openapi
    from schemathesis.checks import load_all_checks
    from schemathesis.config import SchemathesisConfig

    load_all_checks()
    storable = {"generation": {"allow-x00": False, "codec": "utf-8"}}
    return {
        each.name: openapi.from_dict(shipped_document(each), config=SchemathesisConfig.from_dict(storable))
        for each in SURFACES
    }


@pytest.fixture(scope="module")
def session() -> Session:
    """Connections that are kept."""
    import requests

    return requests.Session()


class Caller:
    """Calls one operation with permission, and checks each answer by the document."""

    def __init__(self, route: Route, world: TroubledGame, schema: OpenApiSchema, session: Session) -> None:
        self.operation = schema[route.path][route.method]
        self.says_more = SAYS_MORE | SAYS_MORE_OF.get(route.path.rpartition("/")[2], set())
        self.segments = {**matrix.segments(route, world, **_scene(route)(world))}
        if "auditId" in self.segments:
            world.post(f"{world.player('alicia')}/ban", {"reason": "cheating", "idempotencyKey": "key-0000-0001"})
            self.segments["auditId"] = world.audit_rows()[0]["id"]
        self._url = f"http://127.0.0.1:{world.backend.port}"
        self._session = session
        credential = world.keys.get(route.permission, world.sessions["GAME_ADMIN"])
        self._headers = {"Authorization": f"Bearer {credential}", **matrix.secret(route, world)}

    def call(self, case: Case, *, by_others: bool = False) -> Any:
        """The answer, after every check; what is left to tell is what the rules think of it.

        Where it is sent `by_others`, too, without a credential and with a wrong one, they get no answer.
        """
        from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

        unasked = [positive_data_acceptance] if by_others else [positive_data_acceptance, ignored_auth]
        if case.body and isinstance(case.body, dict | list):
            case.body = _whole(case.body)
        answer = case.call(self._url, session=self._session, headers=self._headers)
        case.validate_response(answer, headers=self._headers, excluded_checks=unasked)
        return answer


def _scene(route: Route) -> Any:
    return matrix.SCENES.get(route.action, lambda _world: {})


def _whole(value: Any) -> Any:
    """To JSON Schema 5.0 is an integer, and so is 10^40; to members' requests they are none."""
    match value:
        case dict():
            return {name: _whole(each) for name, each in value.items()}
        case list():
            return [_whole(each) for each in value]
        case float() if value.is_integer() and abs(value) <= MAX_BALANCE:
            return int(value)
        case int() if abs(value) > MAX_BALANCE:
            return value % MAX_BALANCE
        case _:
            return value


@pytest.fixture
def caller(route: Route, world: TroubledGame, schemas: Mapping[str, OpenApiSchema], session: Session) -> Caller:
    if route.permission == matrix.Permission.RETRY_REWARD_ROLL:
        world.mend_table()
    world.hold("alice", "gold", 10)
    return Caller(route, world, schemas[route.path.split("/")[1]], session)


every_route = pytest.mark.parametrize(
    "route", [each for each in ROUTES if not each.stream], ids=lambda route: f"{route.method} {route.path}"
)


@every_route
def test_every_answer_is_one_that_the_document_has(route: Route, caller: Caller, database_url: str) -> None:
    succeeds(route, caller)
    if database_url.startswith("sqlite"):  # what a document allows and forbids is the same whatever the database
        allowed(caller)
        if "{" in route.path or route.query or route.body:
            forbidden(caller)


def succeeds(route: Route, caller: Caller) -> None:
    """Once, so that it does what it is for."""
    body = matrix.body(route)
    more = {} if body is None else {"body": body, "media_type": "application/json"}
    query = matrix.QUERIES.get(route.path.rpartition("/")[2])
    case = caller.operation.Case(path_parameters=caller.segments, query=query, **more)
    answer = caller.call(case, by_others=True)
    assert answer.status_code == route.status[0], answer.text


def allowed(caller: Caller) -> None:
    """With what the document allows: taken, or declined for a reason that is not in its form."""

    @few
    @given(case=caller.operation.as_strategy(path_parameters=caller.segments or None))
    def call(case: Case) -> None:
        answer = caller.call(case)
        if answer.status_code == 400 and (error := answer.json()["error"])["code"] == "validation_failed":
            wrong = {fault["field"] for fault in error["details"]["fields"]}
            assert wrong <= caller.says_more, error

    call()


def forbidden(caller: Caller) -> None:
    """With what the document forbids."""
    from schemathesis import GenerationMode

    game = {name: value for name, value in caller.segments.items() if name in ("studioId", "gameId")}

    @few
    @given(case=caller.operation.as_strategy(GenerationMode.NEGATIVE, path_parameters=game or None))
    def call(case: Case) -> None:
        caller.call(case)

    call()
