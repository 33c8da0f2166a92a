"""Operations on all data of a player: import, merge, erase, export."""
