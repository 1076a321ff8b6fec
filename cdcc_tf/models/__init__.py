"""The network: encoder, decoders, layers."""

# Goes up when weights of before count otherwise or cannot be read. In 3 dilated
# convolutions are a class of their own, by which Keras names them in files; in
# 2 the head's mean is a rectifier, in 1 it was a softplus.
NETWORK_VERSION = 3
