"""The survey of a sample of all customers: drawn, asked, reminded, answered."""
