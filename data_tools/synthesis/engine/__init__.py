"""Solids, and the canvas that knows who hides whom."""
