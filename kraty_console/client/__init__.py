"""HTTP client for a Kraty backend, and the journal of intended changes."""
