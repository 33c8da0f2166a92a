"""`/sdk/v1`: what a game calls, with a `client_sdk` key and, for what belongs to a player, the player's secret."""
