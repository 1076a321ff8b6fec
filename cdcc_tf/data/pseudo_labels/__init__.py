"""Pseudo-labels: one image's, and the folder that a stage learns from."""

KEY_FILE = (
  "key.json"  # by which such a folder is known, also without TensorFlow
)
