"""What whoever runs a backend does to it by itself: games, members, their tokens, keys, backups."""
