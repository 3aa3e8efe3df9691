"""Searches for small text classifiers that stay right when somebody rewrites their input."""

__version__ = "0.1.0"
