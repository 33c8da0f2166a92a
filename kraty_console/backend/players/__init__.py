"""Players: profiles, registration, bans, names."""
