"""How fast a student answers beside its teacher, and beside the small Transformers that people use instead.

usage: python benchmarks/latency.py MODEL [--threads 1] [--seconds 15] [--json docs/results/latency.json]

MODEL is a run directory (its best finalist) or a student's folder. The others have the shapes of the MiniLM teacher, of
TinyBERT with four layers and of DistilBERT, with random weights, which do not change the time. All read texts of so
many word pieces through the same tokenizer, tokenisation included. Models take turns call by call, so that whatever
else runs on the machine hits all alike. About seven minutes.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import BertConfig, BertForSequenceClassification

from rosearch.core.files import write_json
from rosearch.core.protocols import BoolArray, FloatArray, IntArray
from rosearch.data.tokenization import Tokenizer
from rosearch.device import threads
from rosearch.export.history import History
from rosearch.export.origin import Origin
from rosearch.students.onnx_graph import onnx_graph, traced, write_onnx
from rosearch.students.onnx_student import OnnxStudent, open_session
from rosearch.students.student import Student
from rosearch.students.text_classifier import TextClassifier

SHAPES: Mapping[str, dict[str, int]] = {
    "MiniLM teacher": {
        "num_hidden_layers": 6,
        "hidden_size": 384,
        "num_attention_heads": 12,
        "intermediate_size": 1536,
    },
    "TinyBERT4": {"num_hidden_layers": 4, "hidden_size": 312, "num_attention_heads": 12, "intermediate_size": 1200},
    "DistilBERT": {"num_hidden_layers": 6, "hidden_size": 768, "num_attention_heads": 12, "intermediate_size": 3072},
}
TEACHER = "MiniLM teacher"
BATCHES, LENGTHS = (1, 32), (16, 64, 128)
FEWEST, MOST = 7, 300
Cell = tuple[int, int]


class BertClassifier(TextClassifier):
    """A BERT of any shape, run by torch."""

    def __init__(self, network: BertForSequenceClassification, tokenizer: Tokenizer) -> None:
        super().__init__(tokenizer, label_names=("a", "b"), max_length=max(LENGTHS))
        self.network = network

    @torch.inference_mode()
    def _batch_logits(self, ids: IntArray, mask: BoolArray, characters: IntArray | None) -> FloatArray:
        del characters
        output = self.network(input_ids=torch.from_numpy(ids), attention_mask=torch.from_numpy(mask).long())
        return output.logits.double().numpy()


class BertLogits(torch.nn.Module):
    def __init__(self, network: BertForSequenceClassification) -> None:
        super().__init__()
        self.network = network

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        return self.network(input_ids=input_ids, attention_mask=attention_mask).logits


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=15, help="for each batch size and length")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    origin = Origin.find(arguments.model)
    student = Student.from_pretrained(origin.folder, device="cpu")
    with tempfile.TemporaryDirectory() as folder, threads(arguments.threads):
        models = build(student, Path(folder), arguments.threads)
        times = {
            (size, length): take_turns(models, texts_of(student.tokenizer, length, 4 * size), size, arguments.seconds)
            for size in BATCHES
            for length in LENGTHS
        }
    record = describe(origin, student, times, arguments.threads)
    print_table(record)
    if arguments.json:
        write_json(arguments.json, record)


def build(student: Student, folder: Path, count: int) -> dict[str, TextClassifier]:
    """Returns every model on every runtime, by names such as "student, int8"."""
    graphs = {"student": onnx_graph(student.network, max_length=student.max_length)}
    models: dict[str, TextClassifier] = {"student, torch": student}
    example = torch.ones(2, 8, dtype=torch.int64)
    for name, shape in SHAPES.items():
        torch.manual_seed(0)
        network = BertForSequenceClassification(BertConfig(vocab_size=30522, **shape)).eval()
        models[f"{name}, torch"] = BertClassifier(network, student.tokenizer)
        inputs = {"input_ids": example.clone(), "attention_mask": example.clone()}
        graphs[name] = traced(BertLogits(network), inputs, max_length=max(LENGTHS))
    for name, graph in graphs.items():
        for precision in ("float32", "int8"):
            path = folder / f"{name}-{precision}.onnx"
            write_onnx(graph, path, precision=precision)
            models[f"{name}, {precision}"] = OnnxStudent(
                open_session(path, count),
                student.tokenizer,
                label_names=student.label_names if name == "student" else ("a", "b"),
                max_length=max(LENGTHS),
            )
    return models


def texts_of(tokenizer: Tokenizer, length: int, count: int) -> list[str]:
    """Returns different texts of exactly so many word pieces."""
    rng = np.random.default_rng(length)
    words = [word for word, _ in tokenizer.whole_words() if word.isalpha()]
    texts = [" ".join(rng.choice(words, length - 2)) for _ in range(count)]
    lengths = set(tokenizer.encode(texts, max_length=2 * length).lengths.tolist())
    assert lengths == {length}, lengths
    return texts


def take_turns(
    models: Mapping[str, TextClassifier], texts: Sequence[str], size: int, seconds: float
) -> dict[str, list[float]]:
    """Returns the wall times of calls, in milliseconds, by model."""
    times: dict[str, list[float]] = {name: [] for name in models}
    end = time.perf_counter() + seconds
    for call in range(-2, MOST):
        if call >= FEWEST and time.perf_counter() > end:
            break
        batch = [texts[(call * size + offset) % len(texts)] for offset in range(size)]
        for name, model in models.items():
            start = time.perf_counter()
            model.logits(batch)
            if call >= 0:
                times[name].append(1000 * (time.perf_counter() - start))
    return times


def describe(
    origin: Origin, student: Student, times: Mapping[Cell, Mapping[str, list[float]]], count: int
) -> dict[str, Any]:
    """Returns all figures as plain data."""
    history = History.of(origin)
    facts = history.facts(sum(weights.numel() for weights in student.network.parameters()))
    measured = history.measured if history.evaluation else None
    rows = []
    for (size, length), by_model in times.items():
        teacher = float(np.median(by_model[f"{TEACHER}, torch"]))
        for name, found in by_model.items():
            p50, p95 = np.percentile(found, [50, 95]).round(3).tolist()
            row = {"model": name, "batch": size, "length": length, "p50_ms": p50, "p95_ms": p95, "calls": len(found)}
            rows.append(row | {"times_faster_than_teacher_in_torch": round(teacher / p50, 1)})
    return {
        "threads": count,
        "processor": processor(),
        "versions": {"torch": torch.__version__, "onnxruntime": __import__("onnxruntime").__version__},
        "student": {
            "architecture_id": student.architecture.architecture_id,
            "weights": sum(weights.numel() for weights in student.network.parameters()),
            "accuracy_on_test": measured["accuracy"] if measured else None,
            "accuracy_of_its_teacher": facts["teacher"]["accuracy"] if facts["teacher"] else None,
        },
        "rows": rows,
    }


def processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), "unknown")


def print_table(record: Mapping[str, Any]) -> None:
    """Prints medians and 95th percentiles, and how often the student's time fits into its teacher's."""
    cells = [(size, length) for size in BATCHES for length in LENGTHS]
    by_place = {(row["model"], row["batch"], row["length"]): row for row in record["rows"]}
    print(json.dumps({name: record[name] for name in ("threads", "processor", "versions", "student")}))
    print(f"{'p50 / p95 in ms':26}" + "".join(f"{f'{size} x {length}':>16}" for size, length in cells))
    for name in dict.fromkeys(row["model"] for row in record["rows"]):
        rows = [by_place[name, *cell] for cell in cells]
        print(f"{name:26}" + "".join(f"{row['p50_ms']:>8.2f} /{row['p95_ms']:>6.1f}" for row in rows))
    for ours, theirs in (("torch", "torch"), ("float32", "float32"), ("int8", "torch"), ("int8", "float32")):
        times = [
            by_place[f"{TEACHER}, {theirs}", *cell]["p50_ms"] / by_place[f"student, {ours}", *cell]["p50_ms"]
            for cell in cells
        ]
        print(f"{f'{ours} : teacher {theirs}':26}" + "".join(f"{ratio:>15.1f}x" for ratio in times))


if __name__ == "__main__":
    main()
