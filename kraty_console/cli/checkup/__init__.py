"""The checks of `kraty-console doctor`, one module per subject; none of them changes anything."""
