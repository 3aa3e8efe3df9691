"""Spaces by name."""

from collections.abc import Mapping
from typing import Any

PRESETS: Mapping[str, Mapping[str, Any]] = {
    "default": {},
    "transformer-only": {"operations": ("self_attention", "feed_forward"), "max_nodes": 4},
    "tiny": {
        "ranks": (32, 64, 96),
        "widths": (64, 96, 128),
        "operations": (
            "self_attention",
            "convolution",
            "separable_convolution",
            "feed_forward",
            "token_mixing",
            "max_pooling",
            "average_pooling",
        ),
        "max_positions": 3,
        "max_nodes": 4,
        "max_parameters": 600_000,
    },
}
"""Fields of ``DagSpace`` that differ from its defaults."""
