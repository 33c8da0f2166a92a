"""What a running backend tells of itself: each call, numbers over time, whether all is well."""
