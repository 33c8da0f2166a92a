"""Each operation is described once, in the contract's table, and an action touches few files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kraty_console.contract.actions import Changed
from kraty_console.contract.operations import ADMIN_OPERATIONS, OPERATIONS, Operation, model_of
from kraty_console.contract.permissions import GAME_ADMIN, GAME_DEBUGGER, GAME_VIEWER, ROLE_PERMISSIONS
from kraty_console.contract.wire import Answer, Request

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "kraty_console"


def files_with(pattern: str) -> set[str]:
    """The Python files of the package with a line that matches."""
    found = re.compile(pattern, re.MULTILINE)
    return {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if found.search(path.read_text(encoding="utf-8"))
    }


@pytest.mark.parametrize("operation", Operation)
def test_the_models_that_a_row_names_are_there(operation: Operation) -> None:
    spec = OPERATIONS[operation]
    assert spec.is_write == (spec.method == "POST")
    if spec.request:
        assert issubclass(model_of(spec.request), Request)
        assert issubclass(model_of(spec.answer), Changed)
        assert not spec.subject or spec.subject in model_of(spec.answer).model_fields
    elif spec.answer:
        assert issubclass(model_of(spec.answer), Answer)
    assert spec.path or spec.key_path


def test_a_role_has_what_the_table_gives_it() -> None:
    reads = {spec.permission for spec in ADMIN_OPERATIONS.values() if not spec.is_write and spec.permission}
    writes = {spec.permission for spec in ADMIN_OPERATIONS.values() if spec.is_write}
    assert ROLE_PERMISSIONS[GAME_VIEWER] == reads == {"player.read", "audit.read"}
    assert ROLE_PERMISSIONS[GAME_DEBUGGER] - reads == {
        "attempt.force_complete",
        "grant.retry_reward_roll",
        "grant.manual_force_claim",
        "player.note",
        "audit.correct",
    }
    assert ROLE_PERMISSIONS[GAME_ADMIN] == {*reads, *writes, "webhook.manage"}


def test_no_other_file_writes_a_path_of_the_admin_surface() -> None:
    assert files_with(r"""["'}]/admin/v1/""") == {"contract/operations.py"}


def test_no_other_file_repeats_what_an_operation_needs() -> None:
    """Permissions are also the names of audit rows: the backend's rules write those."""
    permissions = {spec.permission for spec in ADMIN_OPERATIONS.values() if spec.is_write}
    named = files_with("|".join(re.escape(f'"{each}"') for each in permissions))
    assert {each for each in named if not each.startswith("backend/")} <= {
        "contract/operations.py",
        "domain/actions.py",  # ids of actions, some of which are the same words
        "domain/diagnosis.py",
    }


def test_an_action_touches_few_files() -> None:
    """Counted for revoke, the example of "Add an admin action" (README.md#add-an-admin-action)."""
    names = ("revoke_grant", "REVOKE_GRANT", "RevokeGrant", r"grants?\.revoke\b", r"grant\.revoked?\b", "^    revoke,$")
    named = files_with("|".join(names))
    console = {each for each in named if each.startswith(("domain/", "client/", "console/", "present/", "config/"))}
    backend = {each for each in named if each.startswith("backend/")}
    assert console == {"domain/actions.py", "domain/changes/revoke.py", "domain/forms.py", "domain/revocations.py"}
    assert len(backend) == 3, "the rule, its handler and the route"
    assert named - console - backend == {"contract/operations.py", "contract/actions.py", "contract/webhooks.py"}
