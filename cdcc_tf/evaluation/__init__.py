"""Measuring a trained counter on labelled records; for reporting only."""
