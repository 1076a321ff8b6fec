"""From a reader's images to records."""
