"""What the input brings: one body, several inputs, accuracy and robust accuracy on dev; test is not touched.

usage: python benchmarks/inputs.py --data FOLDER --teacher FOLDER [--inputs pieces,ngrams-8192] [--repeats 2]
    FOLDER of data holds train.tsv, dev.tsv and test.tsv, such as SST-2; the teacher is prepared there once.
    A line for each student; results go to --out as JSON, and cells that are there already are not run again.
"""

import argparse
from dataclasses import replace
from pathlib import Path

from rosearch import Schedule, Task, Teacher
from rosearch.attacks.deepwordbug import DeepWordBug
from rosearch.attacks.pwws import PWWS
from rosearch.core.files import read_json, write_json
from rosearch.core.rng import SeedTree
from rosearch.distillation.scheme import Scheme
from rosearch.fitness.evaluation import Candidate
from rosearch.fitness.fidelity import Fidelity
from rosearch.fitness.fitness import Fitness
from rosearch.fitness.workbench import Workbench
from rosearch.space.architecture import Architecture, InputGenes
from rosearch.space.dag import Cell, Node
from rosearch.space.operation import FeedForward, SelfAttention

LAYER = Cell(
    nodes=(
        Node(operation=SelfAttention(heads=4), inputs=(0,)),
        Node(operation=FeedForward(ratio=4), inputs=(1,)),
    )
)
PIECES = InputGenes(rank=64, trained=True)
INPUTS = {
    "pieces": PIECES,
    "ngrams-4096": replace(PIECES, characters="ngrams", buckets=4096),
    "ngrams-8192": replace(PIECES, characters="ngrams", buckets=8192),
    "ngrams-16384": replace(PIECES, characters="ngrams", buckets=16384),
    "letters": replace(PIECES, characters="letters"),
}


def student(genes: InputGenes) -> Architecture:
    """Returns a body of 0.8 M weights behind an input: four Transformer layers of width 128."""
    return Architecture(input=genes, width=128, pooling="mean", shared=False, layout=(0,) * 4, cells=(LAYER,))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--teacher", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("inputs.json"))
    parser.add_argument("--inputs", default=",".join(INPUTS))
    parser.add_argument("--scheme", default="plain", help="the kind of a scheme, such as plain or robust")
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--epochs", type=float, default=4)
    parser.add_argument("--examples", type=int, default=100)
    arguments = parser.parse_args()

    task = Task.from_files(**{split: str(arguments.data / f"{split}.tsv") for split in ("train", "dev", "test")})
    fine_tuning = {"epochs": 2, "learning_rate": 1e-4, "frozen_layers": 3}
    teacher = Teacher.from_pretrained("minilm", fine_tuning=fine_tuning)
    prepared = teacher.prepare(task, arguments.teacher, seeds=SeedTree(0))
    scheme = Scheme.from_config({"kind": arguments.scheme, "schedule": Schedule(epochs=arguments.epochs)})
    attacks = (PWWS(), DeepWordBug())
    bench = Workbench(task=task, teacher=prepared, fitness=Fitness(scheme=scheme), seed=0)
    fidelity = Fidelity(
        name="search", share=1.0, split="dev", examples=arguments.examples, attacks=attacks, scores=("margin",)
    )
    found = read_json(arguments.out) if arguments.out.is_file() else {}
    for name in arguments.inputs.split(","):
        for repeat in range(arguments.repeats):
            key = f"{name}, {arguments.scheme}, {arguments.epochs:g} epochs, seed {repeat}"
            if key not in found:
                candidate = Candidate(name=name, architecture=student(INPUTS[name]), scheme=scheme, repeat=repeat)
                evaluation = bench.evaluate(candidate, fidelity)
                found[key] = evaluation.to_record()
                write_json(arguments.out, found)
            record = found[key]
            robust = "  ".join(
                f"{each['recipe']['kind']} {each['robust_accuracy']:.2f} ({each['mean_of_budget_curve']:.3f})"
                for each in record["robustness"]
            )
            metrics = record["metrics"]
            print(
                f"{key:45s} accuracy {metrics['accuracy']:.3f}  {robust}  trained in {metrics['training_s']:.0f} s, "
                f"attacked in {metrics['attack_s']:.0f} s",
                flush=True,
            )


if __name__ == "__main__":
    main()
