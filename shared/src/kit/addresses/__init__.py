"""How people are reached, in the one form that can be compared and sent to."""
