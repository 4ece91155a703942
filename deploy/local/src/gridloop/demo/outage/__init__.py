"""A lorry brings down a pole."""
