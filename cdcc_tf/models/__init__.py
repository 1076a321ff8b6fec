"""The network: encoder, decoders, layers."""
