"""Makes the change of an `act` command, and prints its outcome."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import click

from kraty_console.cli.act import option_of
from kraty_console.cli.change_report import PlanReport, StepsReport, refusal_json
from kraty_console.cli.exit_codes import Exit
from kraty_console.cli.lookup import run_query
from kraty_console.cli.options import Options
from kraty_console.cli.output import emit, emit_json, print_message
from kraty_console.console.headless_change import AskedChange, ChangeStep, perform_asked, plan_asked
from kraty_console.contract.limits import MAX_KEY, MIN_KEY
from kraty_console.domain.completeness import sentence
from kraty_console.domain.fields import TYPED_ID
from kraty_console.domain.form_values import FieldErrors
from kraty_console.domain.idempotency import idempotency_key
from kraty_console.domain.planned_change import ChangeNotPossible, PlannedChange

if TYPE_CHECKING:
    from kraty_console.console.workspace import Workspace
    from kraty_console.domain.change_commands import ChangeCommand


LONGEST_KEY: Final = MAX_KEY - 10
"""A second request has a longer key."""


def make_change(
    options: Options,
    command: ChangeCommand,
    target: str,
    texts: Mapping[str, str],
    *,
    player: str,
    other: str,
    confirm: str,
    key: str | None,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Make or preview the change, print what came of it, and return the exit code."""
    if key is not None and not (MIN_KEY <= len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise click.UsageError(f"--idempotency-key takes {MIN_KEY} to {LONGEST_KEY} printable ASCII characters")
    sent_key = key or idempotency_key(uuid.uuid4())
    asked = AskedChange(command, target, sent_key, texts, player, other, confirm)
    is_sent = False

    def before_send() -> None:
        nonlocal is_sent
        is_sent = True

    async def work(workspace: Workspace) -> PlannedChange | list[ChangeStep]:
        if dry_run:
            return await plan_asked(workspace, asked)
        return await perform_asked(workspace, asked, before_send)

    try:
        result, _ = run_query(options, work)
    except FieldErrors as error:
        raise click.UsageError(_field_words(error)) from None
    except ChangeNotPossible as error:
        if as_json:
            emit_json(refusal_json(command, target, sent_key, str(error)))
        else:
            print_message(f"Not {'possible' if dry_run else 'applied'}: {sentence(str(error))}")
        return Exit.NOT_ALLOWED if error.forbidden else Exit.REFUSED
    except KeyboardInterrupt:
        print_message(_interrupted(sent_key) if is_sent else "Nothing was sent.")
        raise
    report = PlanReport(result) if isinstance(result, PlannedChange) else StepsReport(command, result)
    if as_json:
        emit_json(report.as_json())
    else:
        emit(report.data())
    for words in report.messages():
        print_message(words)
    return report.exit_code


def _interrupted(key: str) -> str:
    return (
        "Interrupted. The journal has the change, and its outcome is not known: the same command with"
        f" --idempotency-key {key} settles it, and so does o in the console."
    )


def _field_words(error: FieldErrors) -> str:
    names = {TYPED_ID: "--confirm"}
    return "\n".join(f"{names.get(name, option_of(name))}: {words}" for name, words in error.errors.items())
