"""What happened to an incident, append-only: when it happened, and when it was recorded."""
