"""Conversion past one machine, as an Apache Beam pipeline."""

ON_THIS_MACHINE = "DirectRunner"  # Beam's name for it
