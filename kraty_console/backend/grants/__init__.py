"""Grants: created, claimed, opened, expired, force-claimed."""
