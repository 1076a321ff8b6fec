"""Pseudo-labels on disk: one image, and the cache between two rounds."""
