"""`/server/v1`: what a studio's backend calls, with a `server_integration` key."""
