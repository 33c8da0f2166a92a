"""Practice on the demo world: tickets as customers write them, and what a session did about each."""
