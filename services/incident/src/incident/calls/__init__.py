"""Trouble calls (故障报修): answered at once, understood afterwards."""
