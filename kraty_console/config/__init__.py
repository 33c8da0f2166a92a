"""What a person configured: profiles, paths, where the token comes from."""
