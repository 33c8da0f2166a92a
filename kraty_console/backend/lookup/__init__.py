"""Read models across domains: search, snapshot, timeline, change feeds."""
