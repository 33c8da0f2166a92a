"""The audit log: writing, reading, and counting refused attempts."""
