"""Restoration in steps, each with the exact customers it brought back."""
