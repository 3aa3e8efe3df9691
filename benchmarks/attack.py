"""The attack engine against TextAttack 0.3.11: one victim, the same texts, the same results, side by side in one run.

usage: python benchmarks/attack.py --data SST2 --textattack-python PYTHON [--work FOLDER] [--texts 100] [--threads 2]

SST2 is a folder with train.tsv, dev.tsv and test.tsv (columns text, label); PYTHON the interpreter of an environment
for TextAttack (textattack_oracle/README.md beside this file); FOLDER keeps the students, which are distilled from
MiniLM once. TextAttack is run with its batches padded to their longest text, and on a few texts as it comes, padded to
512 tokens. The engine's runs stand between TextAttack's, so that other load on the machine hits both; of its runs the
median counts. Queries are nominal: TextAttack's count, which both share.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from attack_victims import SHAPES, student_of

from rosearch import Task
from rosearch.attacks import PWWS, Attack, DeepWordBug, ProbabilityScore
from rosearch.core.protocols import FloatArray, IntArray, Text
from rosearch.data.tokenization import batches_by_length
from rosearch.device import in_parallel, threads
from rosearch.lexicons import WordNet
from rosearch.students.student import Student

HERE = Path(__file__).parent
SEED = 765
PORTIONS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--textattack-python", required=True)
    parser.add_argument("--work", type=Path, default=Path("runs/benchmark-attack"))
    parser.add_argument("--texts", type=int, default=100)
    parser.add_argument("--stock-texts", type=int, default=10)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--sizes", nargs="*", choices=list(SHAPES), default=["1"])
    parser.add_argument("--recipes", nargs="*", choices=["pwws", "deepwordbug"], default=["pwws", "deepwordbug"])
    arguments = parser.parse_args()
    data = {name: arguments.data / f"{name}.tsv" for name in ("train", "dev", "test")}
    task = Task.from_files(**data, text="text", label="label", max_train=2000)
    texts, labels = list(task.dev.texts[: arguments.texts]), task.dev.labels[: arguments.texts].tolist()
    with TextAttack(arguments.textattack_python) as rival, threads(arguments.threads):
        attacks: dict[str, Attack] = {"pwws": PWWS(lexicon=WordNet(path=rival.wordnet)), "deepwordbug": DeepWordBug()}
        print(f"{len(texts)} texts of SST-2 dev, {arguments.stock_texts} of them stock, {arguments.threads} thread(s)")
        for size in arguments.sizes:
            folder = student_of(size, task, arguments.work, thread_count=arguments.threads)
            for recipe in arguments.recipes:
                print(f"\n{recipe}, student of {size} M weights", flush=True)
                Comparison(rival, attacks[recipe], folder, texts, labels).run(stock=arguments.stock_texts)


@dataclass
class Spent:
    """Wall and processor seconds, the network's part of the wall time, and what came out: status, text, queries."""

    wall_s: float = 0.0
    cpu_s: float = 0.0
    network_s: float = 0.0
    computed: int = 0
    rows: list[list[Any]] = field(default_factory=list)

    def add(self, answer: dict[str, Any]) -> None:
        self.wall_s += answer["wall_s"]
        self.cpu_s += answer["cpu_s"]
        self.network_s += answer["network_s"]
        self.rows.extend(answer["rows"])

    @property
    def queries(self) -> int:
        return sum(queries for _, _, queries in self.rows)


class TextAttack:
    """A process in TextAttack's environment, in which another machine's load is the same as in ours."""

    def __init__(self, python: str) -> None:
        paths = os.pathsep.join([str(HERE.parent / "src"), os.environ.get("PYTHONPATH", "")])
        command = [python, str(HERE / "textattack_oracle" / "attack_server.py")]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": paths}
        )
        self.wordnet = self._read()["wordnet"]

    def __enter__(self) -> "TextAttack":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        assert self.process.stdin
        print(json.dumps(request), file=self.process.stdin, flush=True)
        return self._read()

    def _read(self) -> dict[str, Any]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            sys.exit("TextAttack ended; its message is above")
        answer: dict[str, Any] = json.loads(line)
        return answer


class Spy:
    """A student that writes down which texts it is asked and how long its network takes, over all threads."""

    batches_itself = True

    def __init__(self, student: Student) -> None:
        self.student = student
        self.texts: list[Text] = []
        self.network_s = 0.0
        forward = student.network.forward

        def timed(*inputs: torch.Tensor) -> Any:
            start = time.perf_counter()
            output = forward(*inputs)
            self.network_s += time.perf_counter() - start
            return output

        student.network.forward = timed  # type: ignore[method-assign]

    def logits(self, texts: Sequence[Text]) -> FloatArray:
        self.texts.extend(texts)
        return self.student.logits(texts)


class Comparison:
    """One recipe on one student."""

    def __init__(self, rival: TextAttack, attack: Attack, folder: Path, texts: list[Text], labels: list[int]) -> None:
        self.rival = rival
        self.attack = attack
        self.folder = folder
        self.texts = texts
        self.labels = labels

    def run(self, *, stock: int) -> None:
        self.ours(self.texts[:8], self.labels[:8])
        runs, dynamic, stocked = [], Spent(), Spent()
        for portion in range(PORTIONS):
            runs.append(self.ours(self.texts, self.labels))
            dynamic.add(self.theirs(slice(portion, None, PORTIONS), "longest"))
            stocked.add(self.theirs(slice(portion, stock, PORTIONS), "512"))
        ours, asked = sorted(runs, key=lambda run: run[0].wall_s)[PORTIONS // 2]
        in_order = [ours.rows[at] for portion in range(PORTIONS) for at in range(portion, len(ours.rows), PORTIONS)]
        same = [np.mean([a[at] == b[at] for a, b in zip(in_order, dynamic.rows, strict=True)]) for at in range(3)]
        print("  same as TextAttack: status {:.1%}, adversarial text {:.1%}, queries {:.1%}".format(*same))
        rate = ours.queries / ours.wall_s
        for name, spent in (("engine", ours), ("TextAttack, padded to the longest", dynamic), ("stock", stocked)):
            print(
                f"  {name:34} {spent.queries / spent.wall_s:7.0f} queries/s, "
                f"{spent.queries / spent.cpu_s:6.0f} a processor second; engine at "
                f"{rate / (spent.queries / spent.wall_s):5.1f}x, "
                f"{ours.queries / ours.cpu_s / (spent.queries / spent.cpu_s):5.1f}x by processor time"
            )
        raw = self.raw_rate(asked)
        print(
            f"  engine: {ours.network_s / torch.get_num_threads() / ours.wall_s:.0%} of its time in the network; "
            f"{ours.computed / ours.wall_s:.0f} computed queries/s, {ours.computed / ours.wall_s / raw:.0%} of the "
            f"network's own {raw:.0f}/s",
            flush=True,
        )

    def ours(self, texts: list[Text], labels: list[int]) -> tuple[Spent, list[Text]]:
        spy = Spy(Student.from_pretrained(self.folder, device="cpu"))
        wall, cpu = time.perf_counter(), time.process_time()
        results = self.attack.run(spy, texts, labels, score=ProbabilityScore(resolution=1e-6), seeds=SEED)
        spent = Spent(time.perf_counter() - wall, time.process_time() - cpu, spy.network_s)
        spent.rows = [[result.status, result.adversarial, result.queries] for result in results]
        spent.computed = sum(result.computed_queries for result in results)
        return spent, spy.texts

    def theirs(self, portion: slice, padding: str) -> dict[str, Any]:
        return self.rival.ask(
            {
                "student": str(self.folder.resolve()),
                "recipe": self.attack.kind,
                "padding": padding,
                "threads": torch.get_num_threads(),
                "texts": self.texts[portion],
                "labels": self.labels[portion],
            }
        )

    def raw_rate(self, asked: list[Text]) -> float:
        """Returns how many of the asked texts a second the network takes when it is all that runs."""
        student = Student.from_pretrained(self.folder, device="cpu")
        encoded = student.tokenizer.encode_similar(asked, max_length=student.max_length)
        batches = [encoded.batch(rows) for rows in batches_by_length(encoded.lengths, most_tokens=student.batch_tokens)]

        def forward(batch: tuple[IntArray, Any]) -> None:
            with torch.inference_mode():
                student.network(*map(torch.from_numpy, batch))

        seconds = []
        for _ in range(3):
            start = time.perf_counter()
            in_parallel(forward, batches)
            seconds.append(time.perf_counter() - start)
        return len(asked) / sorted(seconds)[1]


if __name__ == "__main__":
    main()
