"""The documents of the three surfaces: they say what the routes say, they are served, and they hold together."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from kraty_console.backend.app.openapi import files as committed
from kraty_console.backend.app.openapi.surfaces import SURFACES, Surface
from kraty_console.backend.app.routes import ROUTES
from kraty_console.backend.http.routing import Route
from tests.harness.contract.troubled_game import TroubledGame
from tests.harness.each import for_each

pytestmark = pytest.mark.no_database

each_surface = pytest.mark.parametrize("surface", SURFACES, ids=lambda surface: surface.name)


def test_none_is_stale() -> None:
    assert not committed.stale(), "the routes have changed: run `make openapi`"


@for_each("route", ROUTES)
def test_every_route_says_what_it_reads_and_answers(route: Route) -> None:
    answers = route.reply is not None or route.stream or route.status == (204,) or route.path.endswith("/openapi.json")
    assert answers, "say with `reply` what it answers"
    if route.method in ("POST", "PUT", "PATCH"):
        assert route.body is not None, "say with `body` what it reads"


@each_surface
def test_a_document_is_served_to_anyone_unchanged(surface: Surface, still: TroubledGame) -> None:
    answer = still.backend.call("GET", f"{surface.prefix}/openapi.json")
    assert answer.status == 200
    assert answer.json == json.loads(surface.file.read_text(encoding="utf-8"))
    again = still.backend.call(
        "GET", f"{surface.prefix}/openapi.json", headers={"If-None-Match": answer.headers["etag"]}
    )
    assert (again.status, again.raw) == (304, b"")


@each_surface
def test_every_reference_of_a_document_resolves(surface: Surface) -> None:
    told = json.loads(surface.file.read_text(encoding="utf-8"))
    for reference in _references(told):
        found = told
        for name in reference.removeprefix("#/").split("/"):
            found = found[name]
    operations = [operation for methods in told["paths"].values() for operation in methods.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names))
    assert sum(route.path.startswith(surface.prefix + "/") for route in ROUTES) == len(operations)
    schemes = told["components"]["securitySchemes"]
    assert {name for each in operations for needed in each["security"] for name in needed} == set(schemes)


def _references(value: Any) -> Iterator[str]:
    match value:
        case {"$ref": str(reference)}:
            yield reference
        case dict():
            for each in value.values():
                yield from _references(each)
        case list():
            for each in value:
                yield from _references(each)
