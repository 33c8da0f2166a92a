"""The checks of `kraty-console doctor`, one module for each thing that is looked at; none of them changes anything."""
