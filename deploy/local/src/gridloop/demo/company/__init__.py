"""Loads the model company."""
