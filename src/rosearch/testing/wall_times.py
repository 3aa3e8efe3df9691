"""What two runs of equal seed may differ in."""

from typing import Any

WALL_TIMES = frozenset({"seconds", "training_s", "attack_s", "latency_ms"})


def without_wall_times(data: Any) -> Any:
    """Returns plain data of a journal with every measured time left out."""
    if isinstance(data, dict):
        return {key: without_wall_times(value) for key, value in data.items() if key not in WALL_TIMES}
    return [without_wall_times(item) for item in data] if isinstance(data, list) else data
