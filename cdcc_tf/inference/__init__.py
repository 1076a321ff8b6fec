"""Using a trained counter; knows nothing of training."""
