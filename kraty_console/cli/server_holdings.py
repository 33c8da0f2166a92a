"""`kraty-console server grant`, `credit`, `debit`, `give-item` and `take-item`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import click

from kraty_console.cli.exit_codes import Exit
from kraty_console.cli.options import Options, answer_json_option
from kraty_console.cli.server_session import ServerTarget, change_options, player_argument, print_result, run_change
from kraty_console.contract.actions import CrateEntry, CurrencyEntry, ItemEntry
from kraty_console.contract.limits import MAX_AMOUNT
from kraty_console.domain.formatting import grouped
from kraty_console.domain.grant_contents import contents_words
from kraty_console.domain.grant_words import read_entry

if TYPE_CHECKING:
    from kraty_console.client.server import Entry, ServerClient
    from kraty_console.contract.holdings import BalanceAdjusted, ItemAdjusted

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_amount = click.argument("amount", type=click.IntRange(1, MAX_AMOUNT))
_reason = click.option("--reason", metavar="TEXT", help="The reason, for ledger and audit log.")
_reference = click.option("--reference", metavar="ID", help="A reference, such as a receipt.")


class _Adjust(Protocol[T_co]):
    """A client method that changes a balance or a quantity."""

    def __call__(
        self,
        external_id: str,
        key_name: str,
        amount: int,
        /,
        *,
        reason: str | None = None,
        source_ref_id: str | None = None,
        key: str | None = None,
    ) -> Awaitable[T_co]:
        """Send the change."""


class GrantEntryType(click.ParamType[tuple[str, str, int]]):
    """`KIND:KEY=COUNT`; split at the last `=`."""

    name = "KIND:KEY=COUNT"

    def convert(
        self,
        value: Any,  # noqa: ANN401 (click's own)
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[str, str, int]:
        """The kind, the key and the count."""
        if isinstance(value, tuple):
            return value
        try:
            entry = read_entry(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)
        return entry.type, entry.key, entry.count


@click.command()
@player_argument("player")
@click.argument("given", type=GrantEntryType(), nargs=-1, required=True)
@_reference
@answer_json_option
@change_options
@click.pass_obj
def grant(
    before: Options,
    /,
    player: str,
    given: Sequence[tuple[str, str, int]],
    reference: str | None,
    as_json: bool,
    idempotency_key: str | None,
    **flags: Any,  # noqa: ANN401
) -> int:
    """Create a grant for PLAYER, as in currency:gold=50 item:potion=2 crate:box=1.

    An unknown player is created.
    """
    result = run_change(
        ServerTarget.of(before, flags),
        idempotency_key,
        lambda client, key: client.grants.create(player, _entries(given), key=key, source_ref_id=reference),
    )
    words = f"{player} is given {contents_words(result.contents, result.kind)}: grant {result.id}, {result.status}"
    print_result(as_json, result.raw(), words)
    return Exit.FOUND


def _entries(given: Sequence[tuple[str, str, int]]) -> list[Entry]:
    entries: list[Entry] = []
    for kind, key, count in given:
        match kind:
            case "currency":
                entries.append(CurrencyEntry(type="currency", currency_key=key, amount=count))
            case "item":
                entries.append(ItemEntry(type="item", item_key=key, quantity=count))
            case _:
                entries.append(CrateEntry(type="crate", crate_item_key=key, quantity=count))
    return entries


def _adjustment(key: str) -> Callable[[Callable[..., int]], click.Command]:
    """A decorator for commands that add or take an amount."""

    def decorate(function: Callable[..., int]) -> click.Command:
        for option in (
            click.pass_obj,
            change_options,
            answer_json_option,
            _reference,
            _reason,
            _amount,
            click.argument(key),
        ):
            function = option(function)
        return click.command()(player_argument("player")(function))

    return decorate


@_adjustment("economy_key")
def credit(before: Options, /, **flags: Any) -> int:  # noqa: ANN401
    """Add AMOUNT to PLAYER's balance of ECONOMY_KEY.

    An unknown player is created.
    """
    return _balance(before, flags, lambda client: client.wallet.credit)


@_adjustment("economy_key")
def debit(before: Options, /, **flags: Any) -> int:  # noqa: ANN401
    """Take AMOUNT from PLAYER's balance of ECONOMY_KEY; refused if it is too low."""
    return _balance(before, flags, lambda client: client.wallet.debit)


@_adjustment("item_key")
def give_item(before: Options, /, **flags: Any) -> int:  # noqa: ANN401
    """Put AMOUNT of ITEM_KEY into PLAYER's inventory, without a grant.

    An unknown player is created.
    """
    return _items(before, flags, lambda client: client.inventory.grant)


@_adjustment("item_key")
def take_item(before: Options, /, **flags: Any) -> int:  # noqa: ANN401
    """Take AMOUNT of ITEM_KEY from PLAYER's inventory; refused if there are too few."""
    return _items(before, flags, lambda client: client.inventory.revoke)


def _balance(before: Options, flags: dict[str, Any], call: Callable[[ServerClient], _Adjust[BalanceAdjusted]]) -> int:
    result = _adjusted(before, flags, flags["economy_key"], call)
    words = _new_amount(flags["player"], result.balance, result.economy_key, result.applied)
    print_result(flags["as_json"], result.raw(), words)
    return Exit.FOUND


def _items(before: Options, flags: dict[str, Any], call: Callable[[ServerClient], _Adjust[ItemAdjusted]]) -> int:
    result = _adjusted(before, flags, flags["item_key"], call)
    words = _new_amount(flags["player"], result.quantity, result.item_key, result.applied)
    print_result(flags["as_json"], result.raw(), words)
    return Exit.FOUND


def _adjusted(before: Options, flags: dict[str, Any], key: str, call: Callable[[ServerClient], _Adjust[T]]) -> T:
    audit = {"reason": flags["reason"], "source_ref_id": flags["reference"]}

    async def change(client: ServerClient, idempotency_key: str) -> T:
        return await call(client)(flags["player"], key, flags["amount"], **audit, key=idempotency_key)

    return run_change(ServerTarget.of(before, flags), flags["idempotency_key"], change)


def _new_amount(player: str, amount: int | float, key: str, applied: bool) -> str:
    return f"{player} has {grouped(amount)} {key}" + ("" if applied else "; this was already done, nothing was changed")
