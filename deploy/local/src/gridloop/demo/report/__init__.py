"""What was heard, found, done and changed, from the answers of the API."""
