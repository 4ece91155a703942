"""Triage: which incident a call belongs to, and what probably failed."""
