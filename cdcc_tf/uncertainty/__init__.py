"""Calibrated intervals, familiarity and reliability."""
