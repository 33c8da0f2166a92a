"""What happens before the application runs: the boot screen, the first requests, and the checks of the profile."""
