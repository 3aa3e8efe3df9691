"""What the searched models say about architecture and robustness. NumPy and SciPy, no torch."""
