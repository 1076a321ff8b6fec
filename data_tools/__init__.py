"""Getting pictures and points into records."""
