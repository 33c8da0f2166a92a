"""What rewards come to when they are rolled, and the grant rows they are issued as."""
