"""Customers that were hurt: contacted, answered, made good, asked again."""
