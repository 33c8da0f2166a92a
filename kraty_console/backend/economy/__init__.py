"""Wallets, inventories, their ledgers, and purchases."""
