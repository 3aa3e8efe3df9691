"""The attack engine against TextAttack 0.3.11: one victim, the same texts, the same results, side by side in one run.

usage: python benchmarks/attack.py --data SST2 --textattack-python PYTHON [--all] [--work FOLDER] [--texts 100]

SST2 is a folder with train.tsv, dev.tsv and test.tsv (columns text, label); PYTHON the interpreter of an environment
for TextAttack (textattack_oracle/README.md beside this file; NLTK_DATA names its data); FOLDER keeps the students,
which are distilled from MiniLM once. TextAttack is run with its batches padded to their longest text, and on a few
texts as it comes, padded to 512 tokens. The engine is run without screening and with a stand-in in bfloat16; its runs
stand between TextAttack's, so that other load on the machine hits both, and of its runs the median counts. Queries are
nominal: TextAttack's count, which all share. --all takes six recipes and students of 1, 5 and 20 million weights.
Sentence encoder (MiniLM), word vectors and masked language model (a small one with random weights) are the same files.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from attack_victims import SHAPES, student_of
from parity import Resources, random_masked_lm

from rosearch import Task
from rosearch.attacks import Attack, ProbabilityScore, Screening
from rosearch.core.protocols import FloatArray, IntArray, Text
from rosearch.data.batching import batches_by_length
from rosearch.device import in_parallel, threads
from rosearch.lexicons import GloveWordNet
from rosearch.lexicons.sentence_transformer import SentenceTransformer
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
    parser.add_argument("--recipes", nargs="*", default=["pwws", "deepwordbug"])
    parser.add_argument("--all", action="store_true")
    arguments = parser.parse_args()
    data = {name: arguments.data / f"{name}.tsv" for name in ("train", "dev", "test")}
    task = Task.from_files(**data, text="text", label="label", max_train=2000)
    texts, labels = list(task.dev.texts[: arguments.texts]), task.dev.labels[: arguments.texts].tolist()
    wordnet = str(Path(os.environ["NLTK_DATA"]) / "corpora" / "wordnet")
    with tempfile.TemporaryDirectory() as temporary, threads(arguments.threads):
        masked_lm = random_masked_lm(Path(temporary))
        resources = Resources(
            vectors=GloveWordNet(), encoder=SentenceTransformer(), masked_lm=masked_lm, wordnet=wordnet
        )
        attacks = resources.recipes()
        print(f"{len(texts)} texts of SST-2 dev, {arguments.stock_texts} of them stock, {arguments.threads} thread(s)")
        with TextAttack(arguments.textattack_python, resources) as rival:
            for size in SHAPES if arguments.all else arguments.sizes:
                folder = student_of(size, task, arguments.work, thread_count=arguments.threads)
                for recipe in attacks if arguments.all else arguments.recipes:
                    print(f"\n{recipe}, student of {size} M weights", flush=True)
                    Comparison(rival, attacks[recipe], folder, texts, labels).run(stock=arguments.stock_texts)


@dataclass
class Spent:
    """Wall and processor seconds, the network's part of the wall time over all threads, what came out (status, text,
    queries), and which texts were asked, in bfloat16 or not."""

    wall_s: float = 0.0
    cpu_s: float = 0.0
    network_s: float = 0.0
    rows: list[list[Any]] = field(default_factory=list)
    asked: dict[bool, list[Text]] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.rate:6.0f} queries/s, {self.queries / self.cpu_s:6.0f} a processor second"

    def add(self, answer: dict[str, Any]) -> None:
        self.wall_s += answer["wall_s"]
        self.cpu_s += answer["cpu_s"]
        self.network_s += answer["network_s"]
        self.rows.extend(answer["rows"])

    def times(self, other: "Spent") -> str:
        by_cpu = self.queries / self.cpu_s / (other.queries / other.cpu_s)
        return f"{self.rate / other.rate:.1f}x ({by_cpu:.1f}x by processor time)"

    @property
    def rate(self) -> float:
        return self.queries / self.wall_s

    @property
    def queries(self) -> int:
        return sum(queries for _, _, queries in self.rows)


class TextAttack:
    """A process in TextAttack's environment."""

    def __init__(self, python: str, resources: Resources) -> None:
        paths = os.pathsep.join([str(HERE.parent / "src"), os.environ.get("PYTHONPATH", "")])
        command = [python, str(HERE / "textattack_oracle" / "attack_server.py")]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": paths}
        )
        self._send({"vectors": str(resources.vectors.folder()), "masked_lm": str(resources.masked_lm)})

    def __enter__(self) -> "TextAttack":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        self._send(request)
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            sys.exit("TextAttack ended; its message is above")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _send(self, message: dict[str, Any]) -> None:
        assert self.process.stdin
        print(json.dumps(message), file=self.process.stdin, flush=True)


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
        for screened in (False, True):
            self.ours(self.texts[:8], self.labels[:8], screened=screened)
        plain, screened, dynamic, stocked = [], [], Spent(), Spent()
        for portion in range(PORTIONS):
            plain.append(self.ours(self.texts, self.labels, screened=False))
            dynamic.add(self.theirs(slice(portion, None, PORTIONS), "longest"))
            screened.append(self.ours(self.texts, self.labels, screened=True))
            stocked.add(self.theirs(slice(portion, stock, PORTIONS), "512"))
        print(f"  {'TextAttack, padded to the longest':34} {dynamic}\n  {'TextAttack, stock':34} {stocked}")
        for name, runs in (("engine", plain), ("engine, screened in bfloat16", screened)):
            ours = sorted(runs, key=lambda run: run.wall_s)[PORTIONS // 2]
            ratios = [f"{ours.times(spent)} {what}" for what, spent in (("that", dynamic), ("stock", stocked))]
            print(f"  {name:34} {ours}; {', '.join(ratios)}; same results: {self.same(ours, dynamic)}")
            print(f"  {'':34} {self.shares(ours)}", flush=True)

    def same(self, ours: "Spent", theirs: "Spent") -> str:
        in_order = [ours.rows[at] for portion in range(PORTIONS) for at in range(portion, len(ours.rows), PORTIONS)]
        equal = [np.mean([a[at] == b[at] for a, b in zip(in_order, theirs.rows, strict=True)]) for at in range(3)]
        return "status {:.1%}, text {:.1%}, queries {:.1%}".format(*equal)

    def shares(self, ours: "Spent") -> str:
        raw = sum(len(asked) / self.raw_rate(asked, half=half) for half, asked in ours.asked.items() if asked)
        count = sum(map(len, ours.asked.values()))
        return (
            f"{ours.network_s / torch.get_num_threads() / ours.wall_s:.0%} of the time in the network; "
            f"{count / ours.wall_s:.0f} texts/s asked ({len(ours.asked[False])} in float32, {len(ours.asked[True])} in "
            f"bfloat16), {raw / ours.wall_s:.0%} of the rate at which the networks run alone"
        )

    def ours(self, texts: list[Text], labels: list[int], *, screened: bool) -> "Spent":
        spy = Spy(Student.from_pretrained(self.folder, device="cpu"))
        half = Spy(Student.from_pretrained(self.folder, device="cpu").in_bfloat16())
        screening = Screening(half, name="bfloat16") if screened else None
        score = ProbabilityScore(resolution=1e-6)
        wall, cpu = time.perf_counter(), time.process_time()
        results = self.attack.run(spy, texts, labels, score=score, seeds=SEED, screening=screening)
        spent = Spent(time.perf_counter() - wall, time.process_time() - cpu, spy.network_s + half.network_s)
        spent.rows = [[result.status, result.adversarial, result.queries] for result in results]
        spent.asked = {False: spy.texts, True: half.texts}
        return spent

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

    def raw_rate(self, asked: list[Text], *, half: bool) -> float:
        """Returns how many of the asked texts a second the network takes when it is all that runs."""
        student = Student.from_pretrained(self.folder, device="cpu")
        student = student.in_bfloat16() if half else student
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
