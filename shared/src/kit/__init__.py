"""Mechanism shared by Gridloop's services: it names none of them, but in the events' contracts."""
