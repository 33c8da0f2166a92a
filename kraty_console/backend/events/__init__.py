"""Events: attempts, entry rules, windows, schedules, and what attempts pay."""
