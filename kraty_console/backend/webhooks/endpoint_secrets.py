"""Create and seal the secrets of endpoints, which sign their messages.

Signing needs the secret, so it is stored sealed with a separate key (`storage.vault`) instead of hashed. It is shown
once, when the endpoint is created, and is in no other answer, log or repr.
"""

from __future__ import annotations

import base64
from collections.abc import Callable

import sqlalchemy as sa

from kraty_console.backend.storage.tables import WebhookEndpointRecord, webhook_endpoints
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.backend.storage.vault import SEALED, NoKey, WrongKey
from kraty_console.contract.secret import Secret

_PURPOSE = "webhook secret"


def seal_secret(tx: Transaction, endpoint: WebhookEndpointRecord, secret: Secret) -> str:
    """The stored form of an endpoint's secret."""
    return tx.vault.seal(secret.reveal(), *_place(endpoint))


def open_secret(tx: Transaction, endpoint: WebhookEndpointRecord) -> Secret | None:
    """The secret in an endpoint's row; None if it was sealed with another key than the configured one."""
    try:
        return Secret(tx.vault.open(endpoint.secret, *_place(endpoint)))
    except (WrongKey, NoKey):
        return None


async def seal_all(tx: Transaction) -> bool:
    """Seal secrets that an older version stored unsealed; False if some were sealed with another key than the
    configured one."""
    column = webhook_endpoints.c
    rows = await tx.load(webhook_endpoints, column.state != "archived")
    rows += await tx.load(webhook_endpoints, column.state == "archived", sa.not_(column.secret.startswith(SEALED)))
    for row in rows:
        if not row.secret.startswith(SEALED):
            tx.change(row, secret=seal_secret(tx, row, Secret(row.secret)))
    return all(open_secret(tx, row) is not None for row in rows)


def _place(endpoint: WebhookEndpointRecord) -> tuple[str, ...]:
    return (_PURPOSE, endpoint.studio_id, endpoint.game_id, endpoint.endpoint_id)


def new_secret(random_bytes: Callable[[int], bytes]) -> Secret:
    """A new secret: `whsec_` and 43 characters."""
    return Secret("whsec_" + base64.urlsafe_b64encode(random_bytes(32)).decode("ascii").rstrip("="))
