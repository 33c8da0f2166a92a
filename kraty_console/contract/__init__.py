"""Kraty's wire format: requests (strict), answers (tolerant), errors and webhooks. No I/O."""
