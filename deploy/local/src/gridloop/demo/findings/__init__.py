"""From a pattern of cases to a change that later customers feel."""
