"""Stage 2: rounds of pseudo-labels (paper, section 3.3)."""
