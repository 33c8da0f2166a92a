"""`kraty-console backend token`: session tokens of members, for the console and for scripts."""

from __future__ import annotations

import click

from kraty_console.backend.admin_cli import credentials
from kraty_console.cli.backend_database import print_rows, run_in_transaction
from kraty_console.cli.backend_options import database_option
from kraty_console.cli.exit_codes import Exit
from kraty_console.cli.options import json_option
from kraty_console.cli.output import emit, print_message


@click.group()
def token() -> None:
    """Issue, list and revoke session tokens."""


@token.command()
@click.argument("email")
@click.option(
    "--days",
    type=click.FloatRange(0, 3650, min_open=True),
    default=7.0,
    show_default=True,
    help="The lifetime in days.",
)
@database_option
def issue(email: str, days: float, database: str | None) -> int:
    """Create and print a token for the member EMAIL. It is shown only once."""
    new_token, until = run_in_transaction(database, lambda admin: credentials.issue_token(admin, email, days))
    print_message(f"A token for {email}, good until {until}. It is shown only now:")
    emit(new_token)
    return Exit.FOUND


@token.command("list")
@click.option("--member", metavar="EMAIL", help="Only this member's.")
@json_option
@database_option
def list_tokens(member: str | None, as_json: bool, database: str | None) -> int:
    """List sessions with member, start and expiry. The tokens themselves are not stored."""
    rows = run_in_transaction(database, lambda admin: credentials.all_tokens(admin.tx, member, admin.now_ms))
    columns = {
        "email": "E-MAIL",
        "state": "STATE",
        "createdAt": "SINCE",
        "expiresAt": "UNTIL",
        "sessionId": "SESSION ID",
    }
    return print_rows(rows, columns, as_json=as_json, none="There is no session.")


@token.command()
@click.argument("session")
@database_option
def revoke(session: str, database: str | None) -> int:
    """Revoke the SESSION with this id, or all sessions of a member given by e-mail."""
    ended = run_in_transaction(database, lambda admin: credentials.revoke_tokens(admin, session))
    print_message("Ended 1 session." if ended == 1 else f"Ended {ended} sessions.")
    return Exit.FOUND
