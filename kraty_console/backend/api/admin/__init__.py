"""`/admin/v1`: what the portal and this console call, with a member session."""
