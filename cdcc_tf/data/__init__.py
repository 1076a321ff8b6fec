"""From records on disk to batches: the ground floor."""
