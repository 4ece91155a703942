"""Made-up people: the same seed makes the same ones."""
