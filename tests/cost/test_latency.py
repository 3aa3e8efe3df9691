"""Costs that are measured: time, memory, disk."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from rosearch.core.protocols import FloatArray, Text
from rosearch.cost.latency import measure_latency
from rosearch.cost.memory import bytes_on_disk, peak_memory_bytes


@dataclass
class Clockwork:
    """Answers after a scripted time, by a clock that only it moves."""

    answers_s: Sequence[float]
    now_s: float = 0.0
    asked: list[list[Text]] = field(default_factory=list)

    def logits(self, texts: Sequence[Text]) -> FloatArray:
        self.now_s += self.answers_s[len(self.asked) % len(self.answers_s)]
        self.asked.append(list(texts))
        return np.zeros((len(texts), 2))


def test_the_first_calls_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Clockwork(answers_s=[9.0] * 3 + [0.001] * 10 + [0.002] * 9 + [0.1])
    monkeypatch.setattr(time, "perf_counter", lambda: model.now_s)
    found = measure_latency(model, ["a"], calls=20)
    assert len(model.asked) == 23
    assert found.calls == 20
    assert found.p50_ms == pytest.approx(1.5)
    assert found.p95_ms == pytest.approx(np.percentile([1] * 10 + [2] * 9 + [100], 95))
    assert found.to_record() == {"batch_size": 1, "p50_ms": found.p50_ms, "p95_ms": found.p95_ms, "calls": 20}


def test_calls_walk_through_the_texts_in_turn() -> None:
    model = Clockwork(answers_s=[0.0])
    found = measure_latency(model, ["a", "b", "c"], batch_size=2, calls=3)
    assert model.asked == [["a", "b"], ["c", "a"], ["b", "c"], ["a", "b"], ["c", "a"], ["b", "c"]]
    assert found.batch_size == 2


def test_bytes_on_disk_are_those_of_all_files(tmp_path: Path) -> None:
    assert bytes_on_disk(tmp_path) == 0
    (tmp_path / "inner").mkdir()
    (tmp_path / "a").write_bytes(b"x" * 10)
    (tmp_path / "inner" / "b").write_bytes(b"x" * 5)
    assert bytes_on_disk(tmp_path) == 15


def test_the_peak_of_memory_grows_with_what_is_held() -> None:
    before = peak_memory_bytes()
    held = np.ones(30_000_000)
    assert peak_memory_bytes() >= max(before, held.nbytes) > 100_000_000


def test_a_system_that_cannot_tell_says_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "resource", None)
    assert peak_memory_bytes() == 0
