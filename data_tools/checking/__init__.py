"""What is wrong with records, what is odd, and what is in them."""
