"""Interruptions: one row per customer (or medium-voltage unit) and interruption."""
