"""Commands that act as clients of a running suite."""
