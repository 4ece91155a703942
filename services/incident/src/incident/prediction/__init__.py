"""From trouble calls to the device that probably failed, and why."""
