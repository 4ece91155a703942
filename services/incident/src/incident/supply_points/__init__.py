"""Supply points (受电点): who hangs on which load, and how to reach them."""
