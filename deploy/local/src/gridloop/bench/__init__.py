"""Measurements, each beside the limit it strives for, taken in the same run."""
