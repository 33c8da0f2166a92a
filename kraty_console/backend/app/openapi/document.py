"""Build the OpenAPI 3.1 document of a surface from the table of routes."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from kraty_console import __version__
from kraty_console.backend.app.openapi.parameters import parameters
from kraty_console.backend.app.openapi.responses import HEADERS, Schemas, refusals, responses
from kraty_console.backend.app.openapi.surfaces import Surface
from kraty_console.backend.http.authentication import COOKIE
from kraty_console.backend.http.envelope import JSON_TYPE
from kraty_console.backend.http.routing import Route, RouteAccess

_REFERENCE: Final = "#/components/schemas/{model}"

_SOURCE: Final = re.compile(r"\s*\([^()]*\.md\b[^()]*\)")
"""References to the documents, which are left out of the descriptions."""

_LONG: Final = re.compile(r"\bkraty_console__\w+")

_SCHEMES: Final[Mapping[str, Mapping[str, Any]]] = {
    "session": {"type": "http", "scheme": "bearer", "description": "The token of a member's session."},
    "sessionCookie": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "The same token, as a cookie."},
    "serverKey": {"type": "http", "scheme": "bearer", "description": "A `server_integration` key of the game."},
    "clientKey": {"type": "http", "scheme": "bearer", "description": "A `client_sdk` key of the game."},
    "playerSecret": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Player-Secret",
        "description": "The secret of the player in the path, told once when the player is registered.",
    },
}

_MEMBER: Final = ("session", "sessionCookie")


class _Plain(GenerateJsonSchema):
    """The schema without titles that repeat a name."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401 (pydantic's own)
        """Never."""
        del schema
        return False

    def model_schema(self, schema: Any) -> dict[str, Any]:  # noqa: ANN401 (pydantic's own)
        """The schema of a model; its description has no references to the documents."""
        result = super().model_schema(schema)
        result.pop("title", None)
        if "description" in result:
            result["description"] = _description(result["description"])
        return result

    def function_plain_schema(self, schema: Any) -> dict[str, Any]:  # noqa: ANN401 (pydantic's own)
        """A secret, which is text on the wire."""
        del schema
        return {"type": "string"}

    def sort(self, value: dict[str, Any], parent_key: str | None = None) -> dict[str, Any]:
        """As in the models."""
        del parent_key
        return value


def document(surface: Surface, routes: Iterable[Route]) -> dict[str, Any]:
    """All operations of one surface, with requests and responses."""
    surface_routes = [route for route in routes if route.path.startswith(surface.prefix + "/")]
    schemas, components = _schemas(surface_routes)
    paths: dict[str, dict[str, Any]] = {}
    for route in surface_routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
    schemes = {name for route in surface_routes for needed in _security(route) for name in needed}
    return {
        "openapi": "3.1.0",
        "info": {"title": surface.title, "version": __version__, "description": surface.words},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": components,
            "responses": refusals(),
            "headers": dict(HEADERS),
            "securitySchemes": {name: scheme for name, scheme in _SCHEMES.items() if name in schemes},
        },
    }


def _schemas(routes: Iterable[Route]) -> tuple[Schemas, dict[str, Any]]:
    models = [model for route in routes for model in (route.body, route.reply) if model is not None]
    result, defined = models_json_schema(
        [(model, "validation") for model in dict.fromkeys(models)],
        ref_template=_REFERENCE,
        schema_generator=_Plain,
    )
    schemas = {model: result[model, "validation"] for model in models}
    return _readable(schemas), _readable(defined.get("$defs", {}))


def _readable(value: Any) -> Any:  # noqa: ANN401 (it is JSON, but for the keys of the outermost)
    """Pydantic qualifies models of the same name with the full path; the last module is enough."""
    match value:
        case dict():
            return {_short(key): _readable(each) for key, each in value.items()}
        case list():
            return [_readable(each) for each in value]
        case _:
            return _short(value)


def _short(text: Any) -> Any:  # noqa: ANN401 (a text, or what is none)
    return _LONG.sub(_shortened, text) if isinstance(text, str) else text


def _shortened(match: re.Match[str]) -> str:
    module, model = match[0].split("__")[-2:]
    return module.title().replace("_", "") + model


def _operation(route: Route, schemas: Schemas) -> dict[str, Any]:
    tag, _, name = route.operation_id.partition(".")
    result: dict[str, Any] = {
        "operationId": _camel(f"{tag}_{name}"),
        "tags": [tag.replace("_", " ")],
        "summary": _description(inspect.getdoc(route.handler) or route.action).partition("\n\n")[0].replace("\n", " "),
        "security": _security(route),
        "parameters": parameters(route),
    }
    if route.access in (RouteAccess.GAME, RouteAccess.STUDIO):
        result["description"] = f"Needs the permission `{route.permission}`."
    if route.body is not None:
        required = bool(_required(route.body))
        result["requestBody"] = {"content": {JSON_TYPE: {"schema": schemas[route.body]}}, "required": required}
    result["responses"] = responses(route, schemas)
    return result


def _required(model: type[BaseModel]) -> list[str]:
    return [name for name, field in model.model_fields.items() if field.is_required()]


def _security(route: Route) -> list[dict[str, list[str]]]:
    key = "serverKey" if route.path.startswith("/server/") else "clientKey"
    match route.access:
        case RouteAccess.ANYONE:
            return []
        case RouteAccess.KEY:
            return [{key: []}]
        case RouteAccess.PLAYER:
            secret: dict[str, list[str]] = {key: [], "playerSecret": []}
            return [secret, {key: []}] if route.strangers else [secret]
        case _:
            return [{name: []} for name in _MEMBER]


def _description(text: str) -> str:
    return _SOURCE.sub("", text)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)
