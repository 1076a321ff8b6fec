"""The picture before anybody is in it."""
