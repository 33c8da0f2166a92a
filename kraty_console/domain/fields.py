"""Dialogs as data: fields with validation, effects, and the form that holds them."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from kraty_console.contract.characters import first_control
from kraty_console.contract.limits import MAX_AMOUNT, MAX_BALANCE, MAX_REASON, MAX_TICKET, MIN_REASON
from kraty_console.domain.formatting import GROUP, grouped
from kraty_console.domain.requests import change_request

if TYPE_CHECKING:
    from kraty_console.contract.audit import AuditRow
    from kraty_console.contract.calls import ChangeRequest
    from kraty_console.contract.catalog import Catalog
    from kraty_console.contract.operations import Operation
    from kraty_console.contract.players import Snapshot
    from kraty_console.contract.webhooks import Delivery
    from kraty_console.domain.action_spec import ActionSpec
    from kraty_console.domain.change_totals import Totals
    from kraty_console.domain.player_words import PlayerWords

FieldKind = Literal["text", "number", "check", "json", "choice", "key"]
"""`key` is a text with suggestions (`choices`); `choice` takes one of `choices` only; `json` is the entries editor."""

Value = str | bool
"""The value of a field during editing: text, or for a `check` whether it is ticked."""

Values = Mapping[str, Value]
"""Values by field name; a missing value means the field's default."""

TYPED_ID: Final = "typed_id"
"""The field name of the player id typed to confirm."""


def _nothing_wrong(_: str) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a dialog."""

    name: str
    label: str
    kind: FieldKind = "text"
    required: bool = False
    default: Value = ""
    hint: str = ""
    choices: tuple[str, ...] = ()
    doubtful: bool = False
    """Focused first, because its default is likely to be wrong."""
    check: Callable[[str], str | None] = field(default=_nothing_wrong, repr=False)

    def validate(self, value: Value) -> str | None:
        """The error shown beside the field; None when the value is valid."""
        if isinstance(value, bool):
            return self.check("yes") if value else None
        text = value.strip()
        if not text:
            return f"{self.label} is needed" if self.required else None
        if self.kind == "choice" and text not in self.choices:
            return f"one of {', '.join(self.choices)}"
        return self.check(value if self.kind == "json" else text)


@dataclass(frozen=True, slots=True)
class Effect:
    """One line under "will change", or a note."""

    label: str
    words: str
    note: bool = False
    """Information to read before confirming; not a change."""


@dataclass(frozen=True, slots=True)
class Form:
    """A dialog as data: its subject, its fields, and how it is confirmed."""

    action_id: str
    operation: Operation
    title: str
    subject_lines: tuple[str, ...]
    fields: tuple[Field, ...]
    confirm_label: str
    running: str
    """The label while it runs: `completing`, `rolling`."""
    external_player_id: str
    opened_at: datetime
    typed_id: str
    """The text to type when a change asks for the player's id."""
    target_id: str | None = None
    danger: bool = False
    """Hard to undo: drawn as a warning."""
    needs_typed_id: bool = False
    """Always require typing the player's id (a ban); `forms.asks_for_id` also covers amounts over the limit."""
    amount_limit: int | None = None
    score_limit: float | None = None
    """A higher score requires typing the player's id; None when no usual score is known."""

    def defaults(self) -> dict[str, Value]:
        """The values of all fields when the dialog opens."""
        return {each.name: each.default for each in self.fields}

    def text(self, values: Values, name: str) -> str:
        """A field's text, stripped; the default if it is not in the values."""
        value = values.get(name, self.defaults().get(name, ""))
        return value.strip() if isinstance(value, str) else ""

    def ticked(self, values: Values, name: str) -> bool:
        """Whether a `check` is ticked; False if there is no such field."""
        return values.get(name, self.defaults().get(name, False)) is True


@dataclass(frozen=True, slots=True)
class FormContext:
    """The input for building a dialog; the row is the one under the cursor when the key was pressed."""

    snapshot: Snapshot
    now: datetime
    row_id: str | None = None
    ticket: str = ""
    prefill: Values = field(default_factory=dict)
    catalog: Catalog | None = None
    amount_limit: int | None = None
    """Larger amounts require typing the player's id; None never requires it."""
    delivery: Delivery | None = None
    """The selected delivery, on the screen of deliveries."""
    other: Snapshot | None = None
    """The player to merge into."""
    audit_row: AuditRow | None = None
    """The selected row of the studio's audit log."""


@dataclass(frozen=True, slots=True)
class EffectContext:
    """The input for computing effects: the latest snapshot, which may be newer than the dialog."""

    snapshot: Snapshot
    now: datetime
    catalog: Catalog | None = None
    forced_lately: Mapping[str, int] = field(default_factory=dict)
    """By event key: number of force-completed attempts in the game in the last seven days."""
    delivery: Delivery | None = None
    """The selected delivery, on the screen of deliveries."""
    other: Snapshot | None = None
    """The player to merge into."""
    key_label: str = ""
    """The server key's name in the audit log; empty for a member's session."""
    person: str = ""
    """With a server key: the person who acts."""


def _nothing_unusual(_form: Form, _values: Values) -> str | None:
    return None


def _nothing_after(_form: Form, _values: Values, _key: str) -> ChangeRequest | None:
    return None


class Shorthand(NamedTuple):
    """Words after the target on a command line that stand for fields."""

    usage: str
    """`KEY=AMOUNT`, or `KIND:KEY=COUNT…` for several words."""
    many: bool
    """Whether there may be more than one word."""
    texts: Callable[[Sequence[str]], Mapping[str, str]]
    """The texts of fields by name; raises ValueError with the reason in words."""


def _no_totals(_call: ChangeRequest, _snapshot: Snapshot) -> Totals:
    return Counter()


def _nothing_told(_call: ChangeRequest | None, _answer: Any) -> PlayerWords | None:  # noqa: ANN401 (any answer)
    return None


@dataclass(frozen=True, slots=True)
class ChangeDialog:
    """The dialog of a change: its form, request, effects and summary. Each module of `changes` has one."""

    spec: ActionSpec
    form: Callable[[FormContext], Form]
    """Raises `CannotOpen` if there is nothing to act on."""
    effects: Callable[[Form, Values, EffectContext], list[Effect]]
    """The effects, from the latest snapshot."""
    summary: Callable[[ChangeRequest, Any, Snapshot | None], str]
    """What an applied change did, from the answer (of the model in the table of operations) and the latest snapshot
    before it."""
    call: Callable[[Form, Values, str], ChangeRequest] = change_request
    """The request; the same form, values and idempotency key always make the same one. Given only by changes with
    fields besides ticket and reason."""
    unusual: Callable[[Form, Values], str | None] = _nothing_unusual
    """Why the player's id must be typed for these values, in words; None if it need not."""
    follow_up: Callable[[Form, Values, str], ChangeRequest | None] = _nothing_after
    """A second request, to be sent only after the first succeeded; None when there is none."""
    other_operation: Operation | None = None
    """A second operation that the dialog may send in place of its spec's."""
    choices: Mapping[Operation, Values] = field(default_factory=dict)
    """By operation: the values that ask for it, where the form asks which of the two."""
    shorthand: Shorthand | None = None
    """How a command line gives some of the fields in short: `gold=50`."""
    totals: Callable[[ChangeRequest, Snapshot], Totals] = _no_totals
    """What the request gives or takes, as far as it is known before; to be added up over many requests."""
    told: Callable[[ChangeRequest | None, Any], PlayerWords | None] = _nothing_told
    """What the player is told of it, if anything; request and answer are None where they are not known."""
    quotes: bool = False
    """Whether its summary quotes what a person wrote; then it is not kept in the worklog."""
    names_other: bool = False
    """Whether it acts on a second player, `context.other`."""


def over_limit(amount: Callable[[Form, Values], int]) -> Callable[[Form, Values], str | None]:
    """For `ChangeDialog.unusual`: amounts above the form's limit."""

    def unusual(form: Form, values: Values) -> str | None:
        over = form.amount_limit is not None and amount(form, values) > form.amount_limit
        return f"over {grouped(form.amount_limit)}" if over else None

    return unusual


class CannotOpen(Exception):
    """There is nothing to act on: the row is gone, or the action has no dialog."""


def control_character(text: str) -> str | None:
    """The error for a text with control characters; None when there are none."""
    index = first_control(text)
    if index is None:
        return None
    return f"character {index + 1} is a control character (U+{ord(text[index]):04X}); take it out"


def _check_reason(text: str) -> str | None:
    if len(text) < MIN_REASON:
        return f"at least {MIN_REASON} characters, it goes into the audit log"
    if len(text) > MAX_REASON:
        return f"at most {grouped(MAX_REASON)} characters, these are {grouped(len(text))}"
    return control_character(text)


def _check_ticket(text: str) -> str | None:
    if len(text) > MAX_TICKET:
        return f"at most {MAX_TICKET} characters, these are {grouped(len(text))}"
    return control_character(text)


def ticket_and_reason(context: FormContext, *, reason_required: bool = True) -> tuple[Field, Field]:
    """The last two fields of every dialog; both go into the audit log."""
    ticket = Field("ticket", "ticket", default=context.ticket, hint="may stay empty", check=_check_ticket)
    reason = Field(
        "reason",
        "reason",
        required=reason_required,
        default=context.prefill.get("reason", ""),
        hint="needed, goes into the audit log" if reason_required else "may stay empty",
        check=_check_reason,
    )
    return ticket, reason


def whole_number(text: str) -> int | None:
    """Parse a whole number (`1 000`, `1000`); None when it is not one."""
    digits = text.strip().replace(" ", "").replace(GROUP, "")
    if not digits.isascii() or not digits.lstrip("+-").isdigit() or len(digits) > 30:
        return None
    try:
        return int(digits)
    except ValueError:
        return None


def check_amount(text: str) -> str | None:
    """Validate an amount: a whole number from 1 to 1,000,000,000 (contract/README.md#limits)."""
    amount = whole_number(text)
    if amount is None or not 1 <= amount <= MAX_AMOUNT:
        return f"a whole number, 1 to {grouped(MAX_AMOUNT)}"
    return None


def score(text: str) -> float | None:
    """Parse a score; None when it is not a finite number of 0 or more."""
    plain = text.strip().replace(" ", "").replace(GROUP, "")
    if not plain.isascii() or "_" in plain or len(plain) > 40:
        return None
    try:
        number = float(plain)
    except ValueError:
        return None
    return number if math.isfinite(number) and 0 <= number <= MAX_BALANCE else None


_EITHER: Final = re.compile(r"([1-9]\d{0,2})[.,](\d{3})")
"""Ambiguous: `1,234` is thousands to one reader and a fraction to another."""


def check_score(text: str) -> str | None:
    """Validate a score: an unambiguous, finite number of 0 or more (contract/README.md#limits)."""
    if (either := _EITHER.fullmatch(text.strip())) is not None:
        return f"{either[1]}{either[2]} or {either[1]}.{either[2]}0? Write one of these"
    return None if score(text) is not None else "a number, 0 or more"


def typed_id_for(snapshot: Snapshot) -> str:
    """The text to type to confirm this player: the external id, or the end of the internal id.

    The internal id replaces an external id with control characters or blanks, or one that is too long to type.
    """
    external = snapshot.player.external_player_id
    if external.isprintable() and external.strip() == external and 1 <= len(external) <= 64 and external.isascii():
        return external
    return (snapshot.player.id or "player")[-8:]
