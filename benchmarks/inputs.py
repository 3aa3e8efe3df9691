"""What the input brings, and whether a robust scheme and an input bring more together than each alone; on dev.

One body (four Transformer layers, 0.8 million weights) behind several inputs, distilled plainly and robustly. A cell is
one training and its attacks; its result is one JSON file under --out, and a cell that has its file is done. Robust
accuracy is under the normalised margin. With cells of pieces and of another input under both schemes, the table ends
with the two by two: what each brings without and with the other, and the interaction.

usage: python benchmarks/inputs.py --data SST2DIR --cell ngrams-8192/robust/0      one cell, a few minutes
       python benchmarks/inputs.py --data SST2DIR --inputs pieces,letters --hours 1    cells in their order
       python benchmarks/inputs.py --data SST2DIR --table                          the table of what is done
SST2DIR holds train.tsv, dev.tsv and test.tsv with the columns text and label.
"""

import argparse
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from common_task import task_of, teacher_of, transformer

from rosearch import Plain, Schedule, Task
from rosearch.analysis.interaction import CELLS, Cell, Estimate, two_by_two
from rosearch.attacks.deepwordbug import DeepWordBug
from rosearch.attacks.pwws import PWWS
from rosearch.attacks.wilson import wilson
from rosearch.core.files import read_json, write_json, write_text
from rosearch.core.protocols import BoolArray
from rosearch.device import threads
from rosearch.distillation.robust import Robust
from rosearch.distillation.scheme import Scheme
from rosearch.fitness.evaluation import Candidate
from rosearch.fitness.fidelity import Fidelity
from rosearch.fitness.fitness import Fitness
from rosearch.fitness.measurement import measure
from rosearch.fitness.workbench import Workbench
from rosearch.lexicons.wordnet import WordNet
from rosearch.space.architecture import Architecture, InputGenes
from rosearch.students.student import Student
from rosearch.teachers.teacher import PreparedTeacher

BODY = transformer(width=128, layers=4)
PIECES = BODY.input
INPUTS: Mapping[str, InputGenes] = {
    "pieces": PIECES,
    "ngrams-8192": replace(PIECES, characters="ngrams", buckets=8192),
    "letters": replace(PIECES, characters="letters"),
    "stars": replace(PIECES, clusters="stars"),
    "chains": replace(PIECES, clusters="chains"),
    "pruned": replace(PIECES, pruned=True),
    "ngrams-4096": replace(PIECES, characters="ngrams", buckets=4096),
    "ngrams-16384": replace(PIECES, characters="ngrams", buckets=16384),
}
SCHEMES: Mapping[str, type[Scheme]] = {"plain": Plain, "robust": Robust}
ATTACKS = (PWWS(), DeepWordBug())


def student(name: str) -> Architecture:
    """Returns the body behind an input."""
    return replace(BODY, input=INPUTS[name])


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What all cells share.

    Args:
        task: SST-2, or any other.
        teacher: Its teacher.
        out: Where cells lie.
        schedule: Of every training.
        examples: Texts of dev that are attacked.
    """

    task: Task
    teacher: PreparedTeacher
    out: Path
    schedule: Schedule
    examples: int

    def path(self, cell: str) -> Path:
        return self.out / f"{cell.replace('/', '-')}.json"

    def record(self, cell: str) -> dict[str, Any] | None:
        return read_json(self.path(cell)) if self.path(cell).is_file() else None

    @cached_property
    def workbenches(self) -> dict[str, Workbench]:
        # Clusters are built from the lexicon of PWWS, to show what becomes of that attack, and of the other.
        return {
            name: Workbench(
                task=self.task,
                teacher=self.teacher,
                fitness=Fitness(scheme=kind(schedule=self.schedule), clusters=WordNet()),
                seed=0,
            )
            for name, kind in SCHEMES.items()
        }

    def run(self, cell: str) -> None:
        name, scheme, seed = cell.split("/")
        bench = self.workbenches[scheme]
        candidate = Candidate(name=cell, architecture=student(name), scheme=bench.fitness.scheme, repeat=int(seed))
        fidelity = Fidelity(
            name="search", share=1.0, split="dev", examples=self.examples, attacks=ATTACKS, scores=("margin",)
        )
        start = time.process_time()
        victim, report = bench.make(candidate, fidelity)
        trained = time.process_time()
        found = measure(victim, self.task, fidelity, budgets=bench.fitness.budgets, seed=0)
        assert isinstance(victim, Student)
        record = {
            "training_id": bench.training_id(candidate, fidelity),
            "architecture": student(name).to_json(),
            "parameters": sum(weight.numel() for weight in victim.network.parameters()),
            "scheme": bench.fitness.scheme.to_config(),
            "task": self.task.fingerprint,
            "teacher": {"fingerprint": self.teacher.fingerprint, "dev_accuracy": self.teacher.dev_accuracy},
            "accuracy": found.metrics["accuracy"],
            "training": report.to_record() | {"cpu_seconds": round(trained - start, 1)} if report else {},
            "attack_cpu_seconds": round(time.process_time() - trained, 1),
            "robustness": [each.to_record() for each in found.robustness],
            "robust": {name: [int(each.robust) for each in results] for name, results in found.results.items()},
        }
        write_json(self.path(cell), record)
        print(self.line(cell), flush=True)

    def line(self, cell: str) -> str:
        record = self.record(cell) or {}
        attacks = ", ".join(
            f"{each['recipe']['kind']} {100 * each['robust_accuracy']:.0f}, its curve's mean "
            f"{100 * each['mean_of_budget_curve']:.1f}"
            for each in record["robustness"]
        )
        return f"{cell}: dev {100 * record['accuracy']:.1f}, {attacks}; {record['training']['cpu_seconds']} s"

    def done(self) -> dict[tuple[str, str], list[dict[str, Any]]]:
        """Returns the records of all seeds by input and scheme."""
        found: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for name in INPUTS:
            for scheme in SCHEMES:
                records = [self.record(f"{name}/{scheme}/{seed}") for seed in range(10)]
                if kept := [record for record in records if record]:
                    found[name, scheme] = kept
        return found


def table(bench: Bench) -> str:
    """Returns means over seeds, then the two by twos, as Markdown."""
    done, kinds = bench.done(), [attack.kind for attack in ATTACKS]
    rows = [
        f"Robust accuracy on {bench.examples} dev texts, normalised margin, Wilson's 95 % interval over texts.",
        "",
        f"| input | scheme | seeds | dev accuracy | {' | '.join(kinds)} | parameters |",
        f"|---|---|---|---|{'---|' * len(kinds)}---|",
    ]
    for (name, scheme), records in done.items():
        cells = []
        for kind in kinds:
            share = float(outcomes(records, kind).mean())
            low, high = wilson(share * bench.examples, bench.examples)
            cells.append(f"{100 * share:.1f} [{100 * low:.1f}, {100 * high:.1f}]")
        accuracy = 100 * float(np.mean([record["accuracy"] for record in records]))
        size = f"{records[0]['parameters'] / 1e6:.2f} M"
        rows.append(f"| {name} | {scheme} | {len(records)} | {accuracy:.1f} | {' | '.join(cells)} | {size} |")
    return "\n".join([*rows, "", *interactions(done, kinds)]) + "\n"


def outcomes(records: list[dict[str, Any]], kind: str) -> BoolArray:
    """Returns whether each text was right before and after an attack, shape (seeds, texts)."""
    return np.array([record["robust"][f"{kind}-margin"] for record in records], dtype=np.bool_)


def interactions(done: Mapping[tuple[str, str], list[dict[str, Any]]], kinds: list[str]) -> Iterator[str]:
    """Gives a table of what input and robust scheme bring, alone and together, in points."""
    yield "Points of robust accuracy, with 95 % intervals bootstrapped over texts and seeds:"
    yield ""
    columns = ("input, plain", "input, robust", "robust, pieces", "robust, input", "interaction", "in log odds")
    yield f"| input | attack | {' | '.join(columns)} |"
    yield f"|---|---|{'---|' * len(columns)}"
    for name in INPUTS:
        cells: dict[Cell, tuple[str, str]] = {
            cell: (name if cell[0] else "pieces", "robust" if cell[1] else "plain") for cell in CELLS
        }
        if name == "pieces" or not all(place in done for place in cells.values()):
            continue
        for kind in kinds:
            drawn = {cell: outcomes(done[place], kind) for cell, place in cells.items()}
            found = two_by_two(drawn, rng=np.random.default_rng(0))
            points = " | ".join(shown(each, 100) for each in (*found.first, *found.second, found.interaction))
            yield f"| {name} | {kind} | {points} | {shown(found.interaction_in_odds, 1)} |"


def shown(estimate: Estimate, scale: float) -> str:
    """Returns a figure with its interval."""
    low, high = scale * estimate.low, scale * estimate.high
    return f"{scale * estimate.value:+.1f} [{low:+.1f}, {high:+.1f}]"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("docs/results/inputs"))
    parser.add_argument("--work", type=Path, default=Path("runs/benchmarks"), help="where the teacher stays")
    parser.add_argument("--inputs", default=",".join(INPUTS))
    parser.add_argument("--schemes", default=",".join(SCHEMES))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=float, default=4)
    parser.add_argument("--examples", type=int, default=100)
    parser.add_argument("--cell")
    parser.add_argument("--hours", type=float, default=0.0)
    parser.add_argument("--table", action="store_true")
    arguments = parser.parse_args()
    task = task_of(arguments.data)
    bench = Bench(
        task=task,
        teacher=teacher_of(task, arguments.work),
        out=arguments.out,
        schedule=Schedule(epochs=arguments.epochs),
        examples=arguments.examples,
    )
    names, schemes = arguments.inputs.split(","), arguments.schemes.split(",")
    cells = [f"{name}/{scheme}/{seed}" for seed in range(arguments.seeds) for name in names for scheme in schemes]
    end = time.monotonic() + 3600 * arguments.hours
    with threads(1):
        for cell in [arguments.cell] if arguments.cell else cells:
            if bench.record(cell) is None and (cell == arguments.cell or time.monotonic() < end):
                bench.run(cell)
    if arguments.table or arguments.hours:
        write_text(bench.out / "README.md", f"# Inputs and schemes\n\n{table(bench)}")
        print(table(bench))


if __name__ == "__main__":
    main()
