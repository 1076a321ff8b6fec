"""Learning: losses, steps, stages, checkpoints."""
