"""Runs TextAttack for `benchmarks/parity.py`, which gives it texts and answers what it asks: one JSON object a line.

The first line names the recipe and its resources. Then each line is a text with its label. On standard output come
questions, ``{"ask": "probabilities" | "vectors", "texts": [...]}``, which want a list of lists back, and outcomes.
"""

import json
import os
import sys
import warnings
from pathlib import Path
from typing import Any

warnings.filterwarnings("ignore")
replies, sys.stdout = os.fdopen(os.dup(1), "w", encoding="utf-8"), sys.stderr  # TextAttack's dependencies print

import numpy as np  # noqa: E402
import recorder  # noqa: E402


def main() -> None:
    job = read()
    if vectors := job.get("vectors"):
        words = Path(vectors, "words.txt").read_text(encoding="utf-8").split("\n")
        recorder.inject_vectors(words, *(np.load(Path(vectors, f"{name}.npy")) for name in ("vectors", "neighbours")))
    recorder.inject_encoder(lambda texts: ask("vectors", texts))
    if masked_lm := job.get("masked_lm"):
        recorder.inject_masked_lm(masked_lm)
    attack = recorder.Recorder(job["recipe"], lambda texts: ask("probabilities", texts))
    write({"ready": True})
    while example := read():
        write({"outcome": attack.run(example["text"], example["label"])})


def ask(what: str, texts: list[str]) -> Any:
    write({"ask": what, "texts": texts})
    return read()


def read() -> Any:
    line = sys.stdin.readline()
    return json.loads(line) if line else None


def write(message: Any) -> None:
    replies.write(json.dumps(message) + "\n")
    replies.flush()


if __name__ == "__main__":
    main()
