"""The training step over both domains, its tasks and losses."""
