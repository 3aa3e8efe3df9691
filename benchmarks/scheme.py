"""What each loss brings: one student, one teacher, several schemes, accuracy on dev; test is not touched.

usage: python benchmarks/scheme.py RUN [--repeats 2] [--epochs 3]     RUN: a run directory with its teacher, such as
runs/quickstart; one training takes about ten seconds on one core
"""

import argparse

from rosearch import Plain, Schedule, Study
from rosearch.device import threads
from rosearch.distillation.hard_labels import HardLabels
from rosearch.fitness.evaluation import Candidate
from rosearch.fitness.fidelity import Fidelity
from rosearch.fitness.workbench import Workbench
from rosearch.space.architecture import Architecture, InputGenes
from rosearch.space.dag import Cell, Node
from rosearch.space.operation import FeedForward, SelfAttention
from rosearch.teachers.teacher import PreparedTeacher

LAYER = Cell(
    nodes=(
        Node(operation=SelfAttention(heads=4), inputs=(0,)),
        Node(operation=FeedForward(ratio=2), inputs=(1,)),
    )
)
STUDENT = Architecture(
    input=InputGenes(rank=64, trained=True), width=128, pooling="mean", shared=False, layout=(0, 0), cells=(LAYER,)
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run")
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--epochs", type=float, default=3)
    arguments = parser.parse_args()
    schedule = Schedule(epochs=arguments.epochs)
    schemes = {
        "hard labels": HardLabels(schedule=schedule),
        "soft labels": Plain(schedule=schedule, hard_labels=0.0),
        "soft + hard labels": Plain(schedule=schedule),
        "soft + hard labels + pooled states": Plain(schedule=schedule, pooled_states=1.0),
    }
    study = Study.open(arguments.run)
    bench = Workbench(
        task=study.configuration.task.load(),
        teacher=PreparedTeacher.open(study.directory.teacher_path),
        fitness=study.configuration.fitness,
        seed=study.configuration.seed,
    )
    fidelity = Fidelity(
        name="search",
        share=1.0,
        split="dev",
        examples=1,
        attacks=study.configuration.fitness.attacks,
        scores=("margin",),
    )
    with threads(1):
        for name, scheme in schemes.items():
            found = []
            for repeat in range(arguments.repeats):
                candidate = Candidate(name=name, architecture=STUDENT, scheme=scheme, repeat=repeat)
                found.append(bench.evaluate(candidate, fidelity).metrics["accuracy"])
            print(f"{name:36s} dev accuracy {' '.join(f'{value:.3f}' for value in found)}", flush=True)


if __name__ == "__main__":
    main()
