"""Service orders, from post to post."""
