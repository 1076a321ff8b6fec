"""Side-by-side measurements: both sides in one call, a ratio at the end."""
