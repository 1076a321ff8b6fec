"""Checks of records: errors, warnings and statistics."""
