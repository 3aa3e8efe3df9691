"""Wall time of a model's answer, alone on the machine."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, final

import numpy as np

from rosearch.core.protocols import Text, Victim


@final
@dataclass(frozen=True, kw_only=True)
class Latency:
    """How long one call took, over many calls.

    Args:
        batch_size: Texts per call.
        p50_ms: Median, in milliseconds.
        p95_ms: 95th percentile, in milliseconds.
        calls: Number of calls measured.
    """

    batch_size: int
    p50_ms: float
    p95_ms: float
    calls: int

    def to_record(self) -> dict[str, Any]:
        """Returns plain data for the journal."""
        return asdict(self)


def measure_latency(model: Victim, texts: Sequence[Text], *, batch_size: int = 1, calls: int = 50) -> Latency:
    """Times ``model.logits``, tokenisation included.

    Args:
        model: What to time.
        texts: Real texts; calls walk through them in turn.
        batch_size: Texts per call.
        calls: Calls to measure, after a few that are not.

    Returns:
        The distribution of wall times.
    """
    times_ms = []
    warm_up = max(3, calls // 10)
    for call in range(warm_up + calls):
        batch = [texts[(call * batch_size + offset) % len(texts)] for offset in range(batch_size)]
        start = time.perf_counter()
        model.logits(batch)
        if call >= warm_up:
            times_ms.append(1000 * (time.perf_counter() - start))
    p50, p95 = np.percentile(times_ms, [50, 95])
    return Latency(batch_size=batch_size, p50_ms=float(p50), p95_ms=float(p95), calls=calls)
