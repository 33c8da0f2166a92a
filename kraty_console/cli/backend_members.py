"""`kraty-console backend member`: members and their roles per game."""

from __future__ import annotations

import click

from kraty_console.backend.admin_cli import games, members
from kraty_console.backend.admin_cli.admin_session import AdminSession
from kraty_console.cli.backend_database import print_rows, run_in_transaction
from kraty_console.cli.backend_options import database_option, game_option
from kraty_console.cli.exit_codes import Exit
from kraty_console.cli.options import json_option
from kraty_console.cli.output import emit, print_message

_ROLES = ("GAME_ADMIN", "GAME_DEBUGGER", "GAME_VIEWER")


@click.group()
def member() -> None:
    """Add members, and set their roles."""


@member.command()
@click.argument("email")
@click.option("--name", metavar="NAME", help="The name shown in the console.")
@click.option("--role", type=click.Choice(_ROLES), required=True, help="The role.")
@game_option
@database_option
def add(email: str, name: str | None, role: str, game: str | None, database: str | None) -> int:
    """Give the member EMAIL a role in a game and print the member's id."""

    async def work(admin: AdminSession) -> tuple[str, str]:
        target = await games.find_game(admin.tx, game)
        return await members.add_member(admin, email, name, target, role), target.name

    member_id, name_of_game = run_in_transaction(database, work)
    print_message(f"{email} is {role} in {name_of_game}.")
    emit(member_id)
    return Exit.FOUND


@member.command("list")
@game_option
@json_option
@database_option
def list_members(game: str | None, as_json: bool, database: str | None) -> int:
    """List members with their roles, of every game or of one."""

    async def work(admin: AdminSession) -> list[dict[str, object]]:
        return await members.all_members(admin.tx, await games.find_game(admin.tx, game) if game else None)

    columns = {"email": "E-MAIL", "name": "NAME", "game": "GAME", "role": "ROLE", "memberId": "MEMBER ID"}
    return print_rows(run_in_transaction(database, work), columns, as_json=as_json, none="There is no member yet.")


@member.command("role")
@click.argument("email")
@click.argument("role", type=click.Choice([*_ROLES, "none"]))
@game_option
@database_option
def change_role(email: str, role: str, game: str | None, database: str | None) -> int:
    """Change the ROLE of the member EMAIL in a game; `none` removes it. Effective immediately."""

    async def work(admin: AdminSession) -> str:
        target = await games.find_game(admin.tx, game)
        await members.set_role(admin, email, target, None if role == "none" else role)
        return target.name

    name = run_in_transaction(database, work)
    print_message(f"{email} is no longer in {name}." if role == "none" else f"{email} is {role} in {name}.")
    return Exit.FOUND
