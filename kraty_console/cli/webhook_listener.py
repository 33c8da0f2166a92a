"""The HTTP server of `webhooks listen`: passes POSTs to the inbox, one at a time."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from kraty_console.cli.output import print_message
from kraty_console.contract.inbox import Inbox, Verdict
from kraty_console.contract.secret import Secret
from kraty_console.contract.signature import HEADER

LONGEST_BODY: Final = 1024 * 1024

IDLE_SECONDS: Final = 30.0
"""Timeout within a request, in seconds."""


class _ListenerServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore a sender that disconnected: it will retry."""
        del request, client_address
        error = sys.exception()
        if not isinstance(error, OSError):
            print_message(f"A message could not be received ({type(error).__name__}).")


def listener(address: tuple[str, int], secret: Secret, handle: Callable[[Verdict], bool]) -> ThreadingHTTPServer:
    """A server at the address; `handle` is called with each verdict and returns whether to go on.

    If `handle` raises an OSError, the message is answered with 500, to be retried, and the server stops.
    Raises OSError if it cannot listen there.
    """
    inbox, turn = Inbox(secret), threading.Lock()
    family = socket.getaddrinfo(*address, type=socket.SOCK_STREAM)[0][0]

    class Server(_ListenerServer):
        address_family = family

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = IDLE_SECONDS

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if not (length.isascii() and length.isdigit() and len(length) < 10):
                self._answer(411, "send the body with its Content-Length")
                return
            if int(length) > LONGEST_BODY:
                self._answer(413, f"the body is larger than {LONGEST_BODY} bytes")
                return
            body = self.rfile.read(int(length))
            with turn:
                verdict = inbox.take(self.headers.get(HEADER), body, time.time())
                try:
                    go_on, status, message = handle(verdict), verdict.status, verdict.why or "received"
                except OSError:
                    go_on, status, message = False, 500, "it could not be printed"
            self._answer(status, message)
            if not go_on:
                threading.Thread(target=self.server.shutdown, daemon=True).start()

        def do_GET(self) -> None:
            self._answer(405, "send events by POST")

        def _answer(self, status: int, message: str) -> None:
            body = message.encode() + b"\n"
            self.send_response(status)
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the library's name)
            """Log nothing: messages are reported by the inbox."""

    return Server(address, Handler)
