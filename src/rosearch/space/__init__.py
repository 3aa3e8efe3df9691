"""Architectures as data: operations, graphs, identity, size, and the space that a search walks. No torch."""
