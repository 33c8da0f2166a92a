"""The type of options that name an address to listen on."""

from __future__ import annotations

from typing import Any

import click


class ListenAddress(click.ParamType[tuple[str, int]]):
    """`HOST:PORT`; an IPv6 host in brackets, `*` for every address, port 0 for any free port."""

    name = "HOST:PORT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, int]:  # noqa: ANN401 (click's own)
        """The host and the port."""
        if isinstance(value, tuple):
            return value
        host, colon, port = value.rpartition(":")
        host = host.removeprefix("[").removesuffix("]")
        if not colon or not host or not port.isascii() or not port.isdigit() or int(port[:6]) > 65535:
            self.fail(f"{value!r} is not HOST:PORT, such as 127.0.0.1:8080", param, ctx)
        return host, int(port)
