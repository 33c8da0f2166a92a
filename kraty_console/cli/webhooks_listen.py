"""`kraty-console webhooks listen`: prints a game's events, for developing a receiver."""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import TYPE_CHECKING, Any, Final

import click

from kraty_console.cli.exit_codes import Exit
from kraty_console.cli.listen_address import ListenAddress
from kraty_console.cli.output import emit, print_message
from kraty_console.cli.webhook_listener import listener
from kraty_console.config.tokens import read_line
from kraty_console.contract.secret import Secret
from kraty_console.contract.wire import iso
from kraty_console.present.json_output import json_line
from kraty_console.present.safe import safe

if TYPE_CHECKING:
    from http.server import ThreadingHTTPServer
    from types import FrameType

    from kraty_console.contract.inbox import Verdict
    from kraty_console.contract.webhooks import Envelope

SECRET: Final = "KRATY_WEBHOOK_SECRET"  # noqa: S105 (the name of a variable)
LONGEST_SHOWN: Final = 20_000
"""Maximum length of an event's data, in characters."""


@click.command()
@click.option(
    "--listen",
    "address",
    type=ListenAddress(),
    default="127.0.0.1:9000",
    show_default=True,
    help="The address to listen on.",
)
@click.option("--secret-stdin", is_flag=True, help=f"Read the endpoint's secret from the standard input, not {SECRET}.")
@click.option("--count", type=click.IntRange(1), metavar="N", help="Stop after N events.")
@click.option("--json", "as_json", is_flag=True, help="Print each event as one line of JSON, in ASCII.")
def listen(address: tuple[str, int], secret_stdin: bool, count: int | None, as_json: bool) -> int:
    """Print each event with a valid signature; for development.

    The secret was shown when the endpoint was created: give it in KRATY_WEBHOOK_SECRET or by --secret-stdin.
    Messages with a wrong signature, or signed more than 300 s ago or 60 s ahead, are answered 401; duplicates are
    answered 200 and reported in one line.
    """
    secret = _secret(secret_stdin)
    receiver = _EventPrinter(count, as_json)
    try:
        server = listener(address, secret, receiver)
    except OSError as error:
        raise click.ClickException(f"cannot listen on {address[0]}:{address[1]}: {error.strerror}") from None
    _serve(server, address[0])
    if receiver.failure is not None:
        raise receiver.failure
    return Exit.FOUND


class _EventPrinter:
    """Prints received events, and stops after `count`."""

    def __init__(self, count: int | None, as_json: bool) -> None:
        self._left = count
        self._as_json = as_json
        self.failure: OSError | None = None
        """The error of the output."""

    def __call__(self, verdict: Verdict) -> bool:
        """Print a message; returns whether to go on listening.

        Raises:
            OSError: it could not be printed.
        """
        try:
            return self._handle(verdict)
        except OSError as error:
            self.failure = error
            raise

    def _handle(self, verdict: Verdict) -> bool:
        envelope = verdict.envelope
        if envelope is None:
            print_message(f"Refused: {verdict.why}.")
        elif verdict.seen:
            print_message(f"Again: {envelope.event_name}, attempt {envelope.delivery_attempt} ({envelope.id}).")
        else:
            self._print(envelope)
            if self._left is not None:
                self._left -= 1
        return self._left is None or self._left > 0

    def _print(self, envelope: Envelope) -> None:
        if self._as_json:
            emit(json_line(envelope.raw()))
            return
        player = envelope.data.get("externalPlayerId")
        head = [safe(iso(envelope.occurred_at)), safe(envelope.event_name)]
        head += [safe(player)] if isinstance(player, str) else []
        head += [safe(f"attempt {envelope.delivery_attempt}"), safe(envelope.id)]
        data = json.dumps(envelope.data, ensure_ascii=False, indent=2)
        emit("  ".join(head) + "\n" + safe(data, limit=LONGEST_SHOWN, multiline=True))


def _secret(from_stdin: bool) -> Secret:
    value = read_line(sys.stdin, "--secret-stdin") if from_stdin else os.environ.get(SECRET, "")
    if not value.strip():
        advice = "the standard input contains none" if from_stdin else f"set {SECRET}, or give it by --secret-stdin"
        raise click.UsageError(f"the secret of the endpoint is needed: {advice}")
    return Secret(value.strip())


def _serve(server: ThreadingHTTPServer, host: str) -> None:
    """Listen until the server or this process is stopped."""

    def stop(_number: int, _frame: FrameType | None) -> Any:  # noqa: ANN401 (it never answers)
        raise SystemExit(Exit.FOUND)

    previous = signal.signal(signal.SIGTERM, stop)
    try:
        shown = f"[{host}]" if ":" in host else host
        print_message(f"listening on http://{shown}:{server.server_address[1]}")
        server.serve_forever()
    finally:
        signal.signal(signal.SIGTERM, previous)
        server.server_close()
