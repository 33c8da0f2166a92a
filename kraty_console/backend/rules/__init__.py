"""The basis of every rule: context, errors, ids, references to players, idempotency, limits of amounts, the outbox.

A rule takes the transaction and a `Context`. It builds its answer (`RuleResult.data`, the wire form) before the commit,
stores it under `ctx.idempotency_key`, and returns it again for the same request (`RuleResult.replayed`). A rule that
refuses raises `RuleError`. `external_id` is the studio's id of the player in `ctx.environment`; other ids that come
from outside may be any text. Many rules may run in one transaction: rows are kept in memory and written in bulk.
"""
