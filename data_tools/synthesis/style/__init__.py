"""What a camera makes of a scene, and the look of a user's own images."""
