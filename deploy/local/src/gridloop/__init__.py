"""The launcher: runs the whole of Gridloop on one machine."""
