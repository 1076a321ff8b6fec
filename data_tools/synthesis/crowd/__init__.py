"""Where people stand, in what company, and which way they face."""
