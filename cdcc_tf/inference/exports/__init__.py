"""Exported counters, which need none of this package's code."""
