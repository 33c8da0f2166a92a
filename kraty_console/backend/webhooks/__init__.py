"""Webhooks: endpoints, and the delivery of events from the outbox."""
