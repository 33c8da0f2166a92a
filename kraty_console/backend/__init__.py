"""The embedded Kraty backend: storage, rules, the HTTP surfaces, and a demo world to run them on."""
