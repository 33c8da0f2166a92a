"""What happens before the application runs: the boot screen, questions asked ahead, and what a profile must have."""
