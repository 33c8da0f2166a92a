"""Operations on whole players: import, merge, erase, export."""
