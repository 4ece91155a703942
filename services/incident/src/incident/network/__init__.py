"""The network: devices, their normal and present states, and what loses supply when one goes out."""
