"""The secrets of endpoints, which sign their messages: made, and sealed in the database.

To sign, the backend has to know a secret, so it is stored sealed with a key that is kept elsewhere (`storage.vault`)
instead of hashed. It is shown once, when the endpoint is made, and appears in no other answer, log or repr.
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
    """What is stored of an endpoint's secret."""
    return tx.vault.seal(secret.reveal(), *_place(endpoint))


def open_secret(tx: Transaction, endpoint: WebhookEndpointRecord) -> Secret | None:
    """The secret of an endpoint, by its row; None when another key than the configured one sealed it."""
    try:
        return Secret(tx.vault.open(endpoint.secret, *_place(endpoint)))
    except (WrongKey, NoKey):
        return None


async def seal_all(tx: Transaction) -> bool:
    """Seal what an older version stored as it was; False when another key than the configured one sealed some."""
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
    """A secret: `whsec_` and 43 characters."""
    return Secret("whsec_" + base64.urlsafe_b64encode(random_bytes(32)).decode("ascii").rstrip("="))
