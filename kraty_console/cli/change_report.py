"""What `act` prints: a preview, or the outcome of each request, in words and as one JSON object."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kraty_console.cli.exit_codes import Exit
from kraty_console.contract.errors import KratyError, Refused, Stale
from kraty_console.present.errors import error_text
from kraty_console.present.safe import safe
from kraty_console.present.stale_rows import changes_of

if TYPE_CHECKING:
    from kraty_console.console.headless_change import ChangeStep
    from kraty_console.domain.change_commands import ChangeCommand
    from kraty_console.domain.planned_change import PlannedChange

_LINE_LIMIT = 600


@dataclass(frozen=True, slots=True)
class PlanReport:
    """A change that was only previewed."""

    planned: PlannedChange

    exit_code = Exit.FOUND

    def data(self) -> str:
        """What it is about, and what will change."""
        planned = self.planned
        lines = [*map(_line, planned.form.subject_lines), "will change"]
        width = max((len(each.label) for each in planned.effects), default=0)
        lines += [f"  {_line(each.label).ljust(width)}  {_line(each.words)}" for each in planned.effects]
        return "\n".join(lines)

    def messages(self) -> Iterator[str]:
        """That nothing was done."""
        yield "Only previewed: nothing was sent."

    def as_json(self) -> dict[str, Any]:
        """The preview, as `StepsReport.as_json` has the outcome."""
        planned = self.planned
        return {
            **_head(planned.command, planned.form.external_player_id, planned.form.target_id),
            "outcome": "preview",
            "willChange": [{"what": each.label, "words": each.words, "note": each.note} for each in planned.effects],
        }


@dataclass(frozen=True, slots=True)
class StepsReport:
    """A change that was made, or not."""

    command: ChangeCommand
    steps: Sequence[ChangeStep]

    @property
    def exit_code(self) -> int:
        """That of the last request: a first one that was not applied has none after it."""
        return _exit_code(self.steps[-1])

    def data(self) -> str:
        """What was applied, with audit links; empty if nothing was."""
        return "\n".join(line for step in self.steps if step.outcome.state == "applied" for line in _applied(step))

    def messages(self) -> Iterator[str]:
        """What was not applied, and why."""
        for place, step in enumerate(self.steps):
            if step.outcome.state == "applied":
                continue
            if place:
                yield f"{self.steps[0].title} was applied; {step.title} was not."
            yield from _not_applied(step)

    def as_json(self) -> dict[str, Any]:
        """One object: the first request, and under `then` the one that followed it."""
        first, *more = (_step_json(step) for step in self.steps)
        return {
            **_head(self.command, self.steps[0].player, self.steps[0].target_id),
            **first,
            **({"then": more[0]} if more else {}),
        }


def refusal_json(command: ChangeCommand, target: str, key: str, words: str) -> dict[str, Any]:
    """A change that was refused before it was sent."""
    player = target if command.target == "player" else None
    return {
        **_head(command, player, None if command.target == "player" else target),
        "outcome": "refused",
        "summary": None,
        "replayed": False,
        "audit": None,
        "requestId": None,
        "idempotencyKey": key,
        "error": {"code": None, "message": words},
    }


def _head(command: ChangeCommand, player: str | None, target: str | None) -> dict[str, Any]:
    return {
        "action": command.change.spec.id,
        "operation": command.operation.value,
        "player": player,
        "target": target,
    }


def _step_json(step: ChangeStep) -> dict[str, Any]:
    outcome = step.outcome
    entry, audit, error = outcome.entry, outcome.audit, outcome.error
    is_stale = isinstance(error, Stale)
    found: dict[str, Any] = {
        "outcome": "stale" if is_stale else outcome.state,
        "summary": step.summary or None,
        "replayed": outcome.replayed,
        "audit": {"id": audit.id, "url": audit.url} if audit is not None else None,
        "requestId": (entry.request_id if entry is not None else None) or (error.request_id if error else None),
        "idempotencyKey": step.key,
        "error": {"code": error.code or None, "message": error.message} if error is not None else None,
    }
    if step.stale is not None:
        found["changed"] = list(changes_of(step.stale))
    return found


def _exit_code(step: ChangeStep) -> int:
    state, error = step.outcome.state, step.outcome.error
    if state == "applied":
        return Exit.FOUND
    if state == "unknown":
        return Exit.UNKNOWN
    if isinstance(error, Stale):
        return Exit.STALE
    if error is None or isinstance(error, Refused):
        return Exit.REFUSED
    return error_text(error).exit_code


def _applied(step: ChangeStep) -> Iterator[str]:
    again = " (answered from the record of the first time)" if step.outcome.replayed else ""
    words = f": {step.summary}" if step.summary else ""
    yield _line(f"{step.title} applied{words}{again}")
    if step.was_unknown:
        yield "The answer was lost; it did take effect, once."
    if step.outcome.audit is not None:
        yield _line(f"audit: {step.outcome.audit.url}")


def _not_applied(step: ChangeStep) -> Iterator[str]:
    outcome = step.outcome
    if outcome.state == "unknown":
        yield "It is not known whether it took effect. Nothing is sent again by itself."
        yield from _error_lines(outcome.error)
        yield f"The same command with --idempotency-key {step.key} looks again, and so does o in the console."
        return
    if step.was_unknown:
        yield "It did not take effect; nothing was changed."
    yield from _error_lines(outcome.error)
    if step.stale is not None and (changes := changes_of(step.stale)):
        yield f"It changed meanwhile: {'; '.join(changes)}"


def _error_lines(error: KratyError | None) -> Iterator[str]:
    yield error_text(error).text if error is not None else "Not applied."


def _line(text: str) -> str:
    return safe(text, limit=_LINE_LIMIT)
