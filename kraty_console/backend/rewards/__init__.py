"""Rolling rewards, and issuing them as grant rows."""
