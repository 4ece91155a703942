"""Repair crews (抢修队伍)."""
