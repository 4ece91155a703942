"""Incidents: from the first report to the closed file."""
