"""Conversion past one machine, as an Apache Beam pipeline."""
