"""Overlays, charts and the PNG files that hold them."""
