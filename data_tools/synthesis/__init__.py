"""The synthetic crowd generator."""
