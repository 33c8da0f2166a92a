"""Who is calling: tokens and keys (stored hashed), sessions, and what a member may do where."""
