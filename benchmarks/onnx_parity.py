"""Whether ONNX graphs answer as torch does, over random architectures of the default space, in each precision.

usage: python benchmarks/onnx_parity.py [--count 200] [--json docs/results/onnx_parity.json]        6 s an architecture

An interrupted run goes on where it stopped, as long as the JSON file is there. Differences are of logits, the largest
of any batch; the networks are not trained, and their logits are of the order of 1.
"""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from rosearch.core.files import read_json, write_json
from rosearch.core.rng import SeedTree
from rosearch.device import seeded
from rosearch.space.architecture import Architecture
from rosearch.space.space import DagSpace
from rosearch.students.network import StudentNetwork
from rosearch.students.onnx_graph import onnx_graph
from rosearch.students.onnx_student import ONNX_FILES
from rosearch.testing.onnx_parity import LONGEST, largest_difference

VOCABULARY, CLASSES = 1000, 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--most", type=int, help="so many more architectures in this run")
    parser.add_argument("--json", type=Path, default=Path("docs/results/onnx_parity.json"))
    arguments = parser.parse_args()
    rows: list[dict[str, Any]] = read_json(arguments.json)["architectures"] if arguments.json.is_file() else []
    end = min(arguments.count, len(rows) + (arguments.most or arguments.count))
    for index, architecture in enumerate(architectures(end)):
        if index >= len(rows):
            rows.append({"architecture_id": architecture.architecture_id} | differences(architecture, index))
            write_json(arguments.json, {"summary": summary(rows), "architectures": rows})
    for name, value in summary(rows).items():
        print(f"{name:38} {value}")


def architectures(count: int) -> Iterator[Architecture]:
    space, rng = DagSpace.preset("default"), SeedTree(0).child("onnx parity").generator()
    return (space.sample(rng=rng) for _ in range(count))


def differences(architecture: Architecture, seed: int) -> dict[str, float]:
    with seeded(seed):
        network = StudentNetwork(architecture, vocabulary_size=VOCABULARY, classes=CLASSES).eval()
    graph = onnx_graph(network, max_length=LONGEST)
    with tempfile.TemporaryDirectory() as folder:
        return {
            precision: largest_difference(network, graph, Path(folder) / name, precision=precision)
            for precision, name in ONNX_FILES.items()
        }


def summary(rows: list[dict[str, Any]]) -> dict[str, float]:
    found: dict[str, float] = {"architectures": len(rows)}
    for precision in ONNX_FILES:
        values = [row[precision] for row in rows]
        found |= {f"largest difference, {precision}": max(values), f"median, {precision}": float(np.median(values))}
    return found


if __name__ == "__main__":
    main()
