"""Cross-domain crowd counting in Keras 3 / TensorFlow."""

__version__ = "0.1.0"
# Goes up when the same weights count otherwise. In 2 the head's mean is a
# rectifier, in 1 it was a softplus.
NETWORK_VERSION = 2
