"""The crew's way to an incident and what it reports from there."""
