"""The outcome of a change, in lines for the foot of a dialog: exact, never guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kraty_console.contract.errors import Unavailable
from kraty_console.present.errors import error_text
from kraty_console.present.safe import safe
from kraty_console.present.stale_rows import changes_of

if TYPE_CHECKING:
    from kraty_console.client.writer import ChangeOutcome
    from kraty_console.domain.row_versions import StaleRow


def running(what: str, seconds: int) -> str:
    """While a call is under way."""
    return f"{what}…" if seconds == 0 else f"{what}, {seconds} s"


def checking(seconds: int) -> str:
    """While an unknown outcome is looked into."""
    words = "The answer was lost; checking whether it took effect"
    return f"{words}…" if seconds == 0 else f"{words}, {seconds} s"


def cannot_stop(*, more: bool) -> str:
    """After escape while a call is under way."""
    words = "It is sent, and closing does not stop it. esc again closes."
    return f"{words} What should follow is not sent then." if more else words


def did(label: str, performed: ChangeOutcome) -> str:
    """A first step that was applied, while another one follows."""
    audit = f" (audit row {safe(performed.audit.id)})" if performed.audit is not None else ""
    return f"Applied: {label}{audit}."


def it_did(performed: ChangeOutcome) -> str:
    """The end of an unknown outcome: it took effect."""
    audit = f" Audit row {safe(performed.audit.id)}; y copies its link." if performed.audit is not None else ""
    return f"It did take effect, once.{audit}"


def did_not(
    label: str,
    performed: ChangeOutcome,
    *,
    role: str | None,
    first: bool,
    was_unknown: bool,
    stale: StaleRow | None = None,
) -> list[str]:
    """A step that changed nothing: in which words, with code and request, and what to do.

    Args:
        label: The step, as its button calls it.
        performed: The outcome of the step.
        role: The member's, for what is not allowed.
        first: False when a step before it was applied; then the failed one is named.
        was_unknown: Whether it was not known for a while.
        stale: The row, if it had changed since it was shown.
    """
    lines = [] if first else [f"Not applied: {label}."]
    if was_unknown:
        lines.append("It did not take effect; nothing was changed.")
    if performed.error is None:
        return lines or ["Not applied."]
    words = error_text(performed.error, role=role)
    text = words.text.removeprefix("Not applied: ") if not first else words.text
    lines.append(text)
    if isinstance(performed.error, Unavailable) and not performed.error.maybe_applied:
        nothing = "Nothing was changed. " if first and not was_unknown else ""
        lines.append(f"{nothing}{label} tries again.")
    elif stale is not None:
        lines += changed_meanwhile(label, stale)
    elif words.hint and words.retry_after is None:
        lines.append(words.hint)
    return lines


def changed_meanwhile(label: str, stale: StaleRow) -> list[str]:
    """After a refusal because the row had changed since it was shown: what changed, and how to go on."""
    lines = ["; ".join(changes_of(stale))]
    lines.append(f"The preview is of the {stale.kind} as it is now. Check it, then {label} sends it again.")
    return [line for line in lines if line]


def not_known(performed: ChangeOutcome, *, role: str | None) -> list[str]:
    """Still not known after all that may be done without asking a person."""
    lines = ["It is not known whether it took effect. Nothing is sent again by itself."]
    if performed.error is not None:
        lines.append(error_text(performed.error, role=role).text)
    lines.append("Look at the player before anything else, or check again.")
    return lines
