"""Telling studios what happened: from the outbox to their endpoints (decisions: Webhooks; trust: Webhooks)."""
