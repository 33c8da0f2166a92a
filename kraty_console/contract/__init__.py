"""The wire of Kraty, once: what is sent (strict), what comes back (tolerant), errors and webhooks. No I/O."""
