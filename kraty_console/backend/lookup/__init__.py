"""Read models across domains: search, resolve, snapshot, timeline, change feeds."""
