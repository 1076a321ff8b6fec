"""Studies of accuracy: what each part of the method is worth."""
