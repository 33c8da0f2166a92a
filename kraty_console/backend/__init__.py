"""The embedded Kraty backend: a package for each domain, storage, the HTTP kit, and a demo world."""
