"""Whether a finalist answers alike wherever it can be run, and what each precision keeps of accuracy and robustness.

usage: python benchmarks/finalist.py RUN [--texts 1000] [--attack 100] [--out DIR] [--json docs/results/finalist.json]

The best finalist of RUN, whose texts have one field, is exported for transformers and onnxruntime. Texts of test and
dev, and odd ones (empty, endless, control characters, other scripts), go through every way to run it: torch, the Auto
classes, a pipeline, the folder's own code in a process that cannot import rosearch, onnxruntime, onnxruntime without
rosearch, the estimator of scikit-learn, `rosearch predict`, the server of examples/. Labels and probabilities are
compared with torch's. Then each file is attacked on test, and the card is read as the hub's client reads it. A few
minutes; the program ends with 1 where a float32 answer is another one.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from huggingface_hub import ModelCard
from transformers import pipeline

from rosearch import OnnxStudent, RoSearchClassifier
from rosearch.core.files import write_json, write_text
from rosearch.core.probabilities import softmax
from rosearch.core.protocols import FloatArray
from rosearch.core.version import __version__
from rosearch.data.task import Task
from rosearch.export.formats import FORMATS
from rosearch.export.hugging_face.loaded import LoadedModel
from rosearch.export.measured import MeasuredFile, measure_files
from rosearch.export.origin import Origin
from rosearch.hub import quiet_transformers
from rosearch.students.onnx_student import ONNX_FILES
from rosearch.students.record import WEIGHTS_FILE
from rosearch.students.student import Student

Way = Callable[[Sequence[str]], FloatArray]
PROGRAM = Path(sys.executable).with_name("rosearch")
SERVER = Path(__file__).parents[1] / "examples" / "serve_onnx.py"
SERVED_AT_A_TIME = 100
EXACT = 2e-6
"""Largest difference of a probability that float32 and six written digits explain."""
ODD = (
    *("", " ", "\t", "\u00a0", ".", "x", "[CLS] [SEP] [PAD] [MASK] [UNK]", "good " * 5000, "a" * 20_000, "?!" * 500),
    *("first line\nsecond line", "tab\tand \"quotes\", 'and' \\ more", "nul \x00 bell \x07 escape \x1b[31m", "\ufeffx"),
    *("ＦＵＬＬ ｗｉｄｔｈ", "z̶a̶l̶g̶o̶ t̷e̷x̷t̷", "👩‍👩‍👧 🎬🎬 ☠️", "مرحبا بالعالم", "你好，世界。", "Ünïcödé naïve"),  # noqa: RUF001
    *("<b>bold</b> &amp; https://example.org/?q=1#a", "3.14159 1e-9 0x7f", "no\u200bwidth\u202ereversed", "don't"),
)
WITHOUT_ROSEARCH = 'import json, sys\nsys.modules["rosearch"] = None\nfolder, source, target = sys.argv[1:4]\n'
TRUSTED = """
from transformers import pipeline
texts = json.load(open(source, encoding="utf-8"))
classify = pipeline("text-classification", model=folder, trust_remote_code=True, top_k=None, device="cpu")
answers = classify(texts, truncation=True, batch_size=8)
json.dump([{row["label"]: row["score"] for row in answer} for answer in answers], open(target, "w"))
"""
GRAPH_ALONE = """
import numpy, onnxruntime, tokenizers
texts = json.load(open(source, encoding="utf-8"))
student = json.load(open(folder + "/student.json"))
tokenizer = tokenizers.Tokenizer.from_file(folder + "/tokenizer.json")
tokenizer.enable_truncation(student["max_length"])
session = onnxruntime.InferenceSession(folder + "/model.onnx", providers=["CPUExecutionProvider"])
rows = []
for text in texts:
    ids = numpy.array([tokenizer.encode(text).ids])
    (logits,) = session.run(["logits"], {"input_ids": ids, "attention_mask": numpy.ones_like(ids)})
    shares = numpy.exp(logits[0] - logits[0].max())
    rows.append(dict(zip(student["label_names"], (shares / shares.sum()).tolist())))
json.dump(rows, open(target, "w"))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--texts", type=int, default=1000)
    parser.add_argument("--attack", type=int, default=100, metavar="N", help="texts of test; 0 attacks nothing")
    parser.add_argument("--out", type=Path, help="keep what was exported here")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    origin = Origin.find(arguments.run)
    assert origin.study is not None, f"{arguments.run}: not a run"
    task = origin.study.load_task()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.out or Path(temporary)
        student = Student.from_pretrained(origin.folder, device="cpu")
        exported = {name: FORMATS[name].export(origin, student, folder / name) for name in FORMATS}
        texts = texts_of(task, arguments.texts)
        rows = compared(student, ways(student, folder), texts)
        record = describe(origin, task, texts) | {"ways": rows}
        if arguments.attack:
            files = {folder / "huggingface" / WEIGHTS_FILE: student, **exported["onnx"]}
            measured = measure_files(files, origin.study, examples=arguments.attack)
            FORMATS["onnx"].describe(origin, folder / "onnx", files=measured[1:])
            record["files"] = [asdict(file) for file in measured]
            print_files(measured)
        record["cards"] = {name: read_card(folder / name) for name in FORMATS}
    print(json.dumps(record["cards"], indent=1))
    if arguments.json:
        write_json(arguments.json, record)
    sys.exit(not all(row["as_it_should"] for row in rows))


def texts_of(task: Task, count: int) -> list[str]:
    """Returns odd texts, and as many of test and dev as make up the number."""
    real = [text for text in (*task.test.texts, *task.dev.texts) if isinstance(text, str)]
    assert len(real) >= count - len(ODD), f"{task.name} has {len(real)} texts with one field in test and dev"
    return [*ODD, *real][:count]


def ways(student: Student, folder: Path) -> Iterator[tuple[str, Way]]:
    """Yields every way to run what was exported, by its name."""
    names, hugging_face, onnx = student.label_names, folder / "huggingface", folder / "onnx"
    yield "transformers, Auto classes", lambda texts: softmax(LoadedModel.from_pretrained(hugging_face).logits(texts))
    for size in (1, 32):
        yield (
            f"transformers, pipeline, batches of {size}",
            lambda texts, size=size: piped(hugging_face, texts, names, size),
        )
    yield "transformers, trust_remote_code, without rosearch", lambda texts: apart(TRUSTED, hugging_face, texts, names)
    yield "RoSearchClassifier, saved and loaded", lambda texts: estimated(student, texts, folder / "estimator")
    yield "rosearch predict, transformers' folder", lambda texts: predicted(hugging_face, texts, names)
    for precision in ONNX_FILES:
        yield f"onnxruntime, {precision}", OnnxStudent.from_pretrained(onnx, precision=precision).probabilities
        yield (
            f"rosearch predict, {precision}",
            lambda texts, precision=precision: predicted(onnx, texts, names, "--precision", precision),
        )
    yield "examples/serve_onnx.py, float32", lambda texts: served(onnx, texts, names)
    if student.tokenizer.characters is None and student.tokenizer.reading is None:
        yield "onnxruntime, float32, without rosearch", lambda texts: apart(GRAPH_ALONE, onnx, texts, names)


def piped(folder: Path, texts: Sequence[str], names: Sequence[str], size: int) -> FloatArray:
    with quiet_transformers():
        classify = pipeline("text-classification", model=str(folder), top_k=None, device="cpu")
        answers = classify(list(texts), truncation=True, batch_size=size)
    return in_order([{row["label"]: row["score"] for row in answer} for answer in answers], names)


def apart(script: str, folder: Path, texts: Sequence[str], names: Sequence[str]) -> FloatArray:
    """Runs a script in a process of its own where rosearch cannot be imported."""
    with tempfile.TemporaryDirectory() as temporary:
        source, target = Path(temporary) / "texts.json", Path(temporary) / "rows.json"
        write_json(source, list(texts))
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        environment |= {"HF_HOME": temporary, "HF_HUB_OFFLINE": "1"}
        command = [sys.executable, "-I", "-c", WITHOUT_ROSEARCH + script, str(folder), str(source), str(target)]
        subprocess.run(command, check=True, env=environment, stderr=subprocess.DEVNULL)
        return in_order(json.loads(target.read_text()), names)


def estimated(student: Student, texts: Sequence[str], folder: Path) -> FloatArray:
    classifier = RoSearchClassifier()
    classifier.student_, classifier.classes_, classifier.text_fields_ = student, np.array(student.label_names), 1
    classifier.save(folder)
    return RoSearchClassifier.load(folder).predict_proba(list(texts))


def predicted(folder: Path, texts: Sequence[str], names: Sequence[str], *options: str) -> FloatArray:
    with tempfile.TemporaryDirectory() as temporary:
        source, target = Path(temporary) / "texts.jsonl", Path(temporary) / "rows.jsonl"
        write_text(source, "".join(json.dumps({"text": text}) + "\n" for text in texts))
        command = [PROGRAM, "predict", folder, source, "--out", target, *options]
        subprocess.run(command, check=True, capture_output=True)
        return in_order([json.loads(line)["probabilities"] for line in target.read_text().splitlines()], names)


def served(folder: Path, texts: Sequence[str], names: Sequence[str]) -> FloatArray:
    answers: list[Mapping[str, Any]] = []
    with server(folder) as address:
        for start in range(0, len(texts), SERVED_AT_A_TIME):
            body = json.dumps(texts[start : start + SERVED_AT_A_TIME]).encode()
            with urllib.request.urlopen(address, data=body, timeout=600) as answer:  # noqa: S310 - our own
                answers += json.loads(answer.read())
    return in_order([answer["probabilities"] for answer in answers], names)


@contextmanager
def server(folder: Path) -> Iterator[str]:
    command = [sys.executable, SERVER, folder, "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()


def in_order(rows: Sequence[Mapping[str, float]], names: Sequence[str]) -> FloatArray:
    return np.array([[row[name] for name in names] for row in rows])


def compared(student: Student, others: Iterator[tuple[str, Way]], texts: Sequence[str]) -> list[dict[str, Any]]:
    """Returns for each way how far its answers are from torch's, and prints it."""
    expected = student.probabilities(texts)
    labels = expected.argmax(axis=1)
    margin = np.abs(np.diff(np.sort(expected, axis=1)[:, -2:], axis=1)).ravel()
    rows = []
    print(f"{'beside torch':52}{'same label':>14}{'largest difference':>22}")
    for name, way in others:
        actual = way(texts)
        other = np.flatnonzero(actual.argmax(axis=1) != labels)
        largest = float(np.abs(actual - expected).max())
        coarse = "float16" in name or "int8" in name
        row = {
            "way": name,
            "texts": len(texts),
            "same_label": len(texts) - len(other),
            "largest_difference_of_a_probability": largest,
            "mean_difference_of_a_probability": float(np.abs(actual - expected).mean()),
            "largest_margin_of_another_label": float(margin[other].max(initial=0)),
            "as_it_should": coarse or (largest <= EXACT and not len(other)),
        }
        rows.append(row)
        print(f"{name:52}{row['same_label']:>8} / {len(texts)}{largest:>20.1e}", flush=True)
    return rows


def describe(origin: Origin, task: Task, texts: Sequence[str]) -> dict[str, Any]:
    assert origin.study is not None
    assert origin.trial is not None
    return {
        "rosearch": __version__,
        "versions": {name: origin.study.directory.provenance["packages"][name] for name in ("torch", "transformers")}
        | {"onnxruntime": __import__("onnxruntime").__version__},
        "task": {"name": task.name, "fingerprint": task.fingerprint},
        "architecture_id": origin.trial.architecture.architecture_id,
        "finalist": origin.finalist,
        "texts": {"odd": min(len(ODD), len(texts)), "of_test_and_dev": max(0, len(texts) - len(ODD))},
    }


def print_files(files: Sequence[MeasuredFile]) -> None:
    kinds = [figure.recipe["kind"] for figure in files[0].robustness]
    print(
        f"\n{'file, in %':24}{'accuracy':>10}" + "".join(f"{f'{kind} [95 %], mean of budgets':>40}" for kind in kinds)
    )
    for file in files:
        cells = (
            f"{100 * figure.robust_accuracy:.1f} [{100 * figure.interval[0]:.1f}, {100 * figure.interval[1]:.1f}], "
            f"{100 * figure.mean_of_budget_curve:.1f}"
            for figure in file.robustness
        )
        print(f"{file.name:24}{100 * file.accuracy:>10.1f}" + "".join(f"{cell:>40}" for cell in cells))


def read_card(folder: Path) -> dict[str, Any]:
    """Returns what the hub's client makes of a card; it raises an error for metadata that the hub would refuse."""
    card = ModelCard.load(folder / "README.md")
    data = card.data
    assert (data.pipeline_tag, data.license) == ("text-classification", "other")
    figures = {result.metric_name: result.metric_value for result in data.eval_results or ()}
    return {"library": data.library_name, "name": data.model_name, "model_index": figures}


if __name__ == "__main__":
    main()
