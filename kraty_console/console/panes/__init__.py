"""What each pane of the player screen shows, drawn from one snapshot."""
