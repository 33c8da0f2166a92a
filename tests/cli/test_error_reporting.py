"""Errors on the command line use the same words as everywhere else."""

from __future__ import annotations

import pytest

from kraty_console.cli.error_reporting import report_error
from kraty_console.cli.exit_codes import Exit
from kraty_console.contract.errors import Invalid, KratyError, NotFound
from kraty_console.present.errors import error_text


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Invalid("the player is empty"), Exit.USAGE),
        (Invalid("'x' is not a URL: give it as https://host"), Exit.USAGE),
        (NotFound("no such player", "not_found", 404), Exit.NOT_FOUND),
    ],
)
def test_report_error_prints_the_text_of_the_error(
    error: KratyError, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report_error(error) == code
    assert capsys.readouterr().err == f"{error_text(error).text}\n"


def test_report_error_keeps_a_long_list_of_choices(capsys: pytest.CaptureFixture[str]) -> None:
    games = ", ".join(f"game-{number}" for number in range(100))
    report_error(Invalid(f"say which game: {games}"))
    assert capsys.readouterr().err == f"Say which game: {games}.\n"
