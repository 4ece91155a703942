"""Customers with their phones: what they answer, and how it arrives."""
