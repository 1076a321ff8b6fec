"""Cross-domain crowd counting in Keras 3 / TensorFlow."""

__version__ = "0.1.0"
