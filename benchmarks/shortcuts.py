"""What each shortcut of a search's attacks saves, and how far its figures are off, on one search of small students.

usage: python benchmarks/shortcuts.py --data SST2DIR [--minutes 7] [--textattack-python PYTHON]

A search on SST-2 is run first, without shortcuts: evolution over the tiny space, at the demo's fidelity (100 dev texts;
PWWS and DeepWordBug). Then its students are attacked once more in the order of the trials by each setting of shortcuts,
which builds on that setting's own earlier figures as a search would. Each training and each (setting, trial) is kept
under --work as it is done, so that the same command goes on; --minutes ends it in between. Times are processor seconds
of one thread. With --textattack-python (textattack_oracle/README.md) stock TextAttack attacks some of the same texts on
one of the students: what a search's evaluation gains over it in all. SST2DIR holds train.tsv, dev.tsv and test.tsv.
"""

import argparse
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from common_task import FINE_TUNING, task_of

from rosearch import DagSpace, Evolution, Fitness, Plain, Schedule, SearchSettings, Study, Task, Teacher
from rosearch.device import threads
from rosearch.fitness.shortcuts.cheap_order import CheapOrder
from rosearch.fitness.shortcuts.shortcut import Shortcut
from rosearch.fitness.shortcuts.transfer import Transfer

TRIALS = 12
FITNESS = Fitness(
    scheme=Plain(schedule=Schedule(epochs=3)), share=0.5, attacks=("pwws", "deepwordbug"), unseen=(), dev_examples=100
)
"""Half the steps and 100 texts are the demo's."""

SETTINGS: Mapping[str, tuple[Shortcut, ...]] = {
    "none": (),
    "cheap order, gradient": (CheapOrder(order="gradient"),),
    "cheap order, random": (CheapOrder(order="random"),),
    "transfer from parents": (Transfer(),),
    "transfer from all": (Transfer(sources="all"),),
}


@dataclass(frozen=True, kw_only=True)
class Bench:
    """A search, and its students under each setting."""

    task: Task
    work: Path
    end_s: float

    @cached_property
    def study(self) -> Study:
        return Study(
            task=self.task,
            run_dir=self.work / "run",
            teacher=Teacher.from_pretrained("minilm", fine_tuning=FINE_TUNING),
            space=DagSpace.preset("tiny"),
            strategy=Evolution(population=4, tournament=3),
            fitness=FITNESS,
            settings=SearchSettings(trials=TRIALS, window=2, finalists=0, keep="all"),
        )

    @property
    def late(self) -> bool:
        return time.monotonic() > self.end_s

    def search(self) -> bool:
        """Goes on with the search; returns whether it is done."""
        if not self.study.finished:
            self.study.run(stop=lambda: self.late)
        return self.study.finished


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("runs/benchmarks/shortcuts"))
    parser.add_argument("--out", type=Path, default=Path("docs/results/shortcuts"))
    parser.add_argument("--minutes", type=float, default=7.0)
    arguments = parser.parse_args()
    bench = Bench(task=task_of(arguments.data), work=arguments.work, end_s=time.monotonic() + 60 * arguments.minutes)
    with threads(1):
        if not bench.search():
            print("time is up; the same command goes on")


if __name__ == "__main__":
    main()
