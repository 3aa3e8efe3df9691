"""What each shortcut of a search's attacks saves, and how far its figures are off, on one search of small students.

usage: python benchmarks/shortcuts.py --data SST2DIR [--minutes 7] [--textattack-python PYTHON]

A search on SST-2 is run first, without shortcuts: evolution over the tiny space, 100 dev texts, PWWS and DeepWordBug.
Then its students are attacked once more, in the order of the trials, by each setting of shortcuts, which builds on that
setting's own earlier figures as a search would. Each training and each (setting, trial) is kept under --work as it is
done, so that the same command goes on; --minutes ends it in between. Times are processor seconds of one thread, of a
whole evaluation after training: answers to all of dev, attacks, flags. With --textattack-python
(textattack_oracle/README.md; NLTK_DATA names its data) TextAttack attacks some of the same texts on one of the
students: what a search's evaluation gains over it in all. SST2DIR holds train.tsv, dev.tsv and test.tsv.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from attack import TextAttack
from common_task import FINE_TUNING, task_of
from parity import Resources, random_masked_lm
from scipy.stats import kendalltau

from rosearch import DagSpace, Evolution, Fitness, Plain, Schedule, SearchSettings, Study, Task, Teacher
from rosearch.core.files import read_json, write_json, write_text
from rosearch.device import threads
from rosearch.fitness.fidelity import Fidelity
from rosearch.fitness.measurement import Measurement, example_rows, measure
from rosearch.fitness.precedents import NO_PRECEDENTS, Precedents
from rosearch.fitness.shortcuts.cheap_order import CheapOrder
from rosearch.fitness.shortcuts.informative_subset import InformativeSubset
from rosearch.fitness.shortcuts.racing import Racing
from rosearch.fitness.shortcuts.shortcut import Shortcut
from rosearch.fitness.shortcuts.transfer import Transfer
from rosearch.lexicons import GloveWordNet
from rosearch.lexicons.sentence_transformer import SentenceTransformer
from rosearch.search.pareto import front
from rosearch.search.precedents import precedents_of
from rosearch.search.pruning import student_path
from rosearch.search.strategy import DEFAULT_OBJECTIVES
from rosearch.store.records import Trial
from rosearch.store.run_directory import RunDirectory
from rosearch.students.student import Student

TRIALS = 12
FITNESS = Fitness(
    scheme=Plain(schedule=Schedule(epochs=3)), share=0.5, attacks=("pwws", "deepwordbug"), unseen=(), dev_examples=100
)
OTHER_TEXTS = "none, 100 other texts"
"""No shortcut at all: how far figures of a search are off by chance."""
ALL_FEASIBLE = "racing, all taken for feasible"
"""A race stops a candidate below the bag of embeddings at once; here it has to be beaten by another."""
GRADIENT, PARENTS, ALL = CheapOrder(order="gradient"), Transfer(), Transfer(sources="all")
SETTINGS: Mapping[str, tuple[Shortcut, ...]] = {
    "none": (),
    "cheap order, gradient": (GRADIENT,),
    "cheap order, random": (CheapOrder(order="random"),),
    "transfer from parents": (PARENTS,),
    "transfer from all": (ALL,),
    "informative subset": (InformativeSubset(),),
    "racing": (Racing(),),
    ALL_FEASIBLE: (Racing(),),
    "transfer from parents, racing": (PARENTS, Racing()),
    "cheap order, transfer from parents, racing": (GRADIENT, PARENTS, Racing()),
    "cheap order, informative subset": (GRADIENT, InformativeSubset()),
    OTHER_TEXTS: (),
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

    @cached_property
    def searched(self) -> tuple[Trial, ...]:
        return tuple(trial for trial in self.study.trials if trial.status == "done")

    def student(self, trial: Trial) -> Student:
        return Student.from_pretrained(student_path(self.study.directory, trial), device="cpu")

    def attack_all(self) -> bool:
        """Attacks the students by every setting; returns whether it is done."""
        self.measure("none", self.searched[0], NO_PRECEDENTS)  # what is loaded when first needed
        for name in SETTINGS:
            for trial in self.searched:
                if self.late:
                    return False
                if not self.file(name, trial).is_file():
                    self.attack(name, trial)
        return True

    def attack(self, name: str, trial: Trial) -> None:
        reference, seen = self.study.results.reference, self.trials(name)[: trial.proposal.seen]
        if name == ALL_FEASIBLE:
            reference, seen = None, taken_for_feasible(seen)
        directory = RunDirectory(self.work / name)
        precedents = precedents_of(trial.proposal, seen, directory, reference=reference)
        precedents = replace(precedents, parameters=trial.metric("parameters"))
        measured, cpu_s = self.measure(name, trial, precedents)
        measured.write(directory.trial_path(trial.proposal) / "attacks")
        asked = [sum(r.computed_queries for r in results) for results in measured.results.values()]
        record = {
            "metrics": dict(measured.metrics) | {"cpu_s": cpu_s, "asked": float(sum(asked))},
            "details": measured.details(of_each_attack=False) | {"attack_id": f"{name} {trial.index}"},
        }
        write_json(self.file(name, trial), record)
        print(f"{name}, trial {trial.index}: {cpu_s:.1f} s", flush=True)

    def measure(self, name: str, trial: Trial, precedents: Precedents) -> tuple[Measurement, float]:
        fidelity = replace(FITNESS.search_fidelity, shortcuts=SETTINGS[name])
        student, seed = self.student(trial), int(name == OTHER_TEXTS)
        begin_s = time.process_time()
        measured = measure(student, self.task, fidelity, budgets=FITNESS.budgets, seed=seed, precedents=precedents)
        return measured, time.process_time() - begin_s

    def file(self, name: str, trial: Trial) -> Path:
        return self.work / name / f"{trial.index:04d}.json"

    def trials(self, name: str) -> tuple[Trial, ...]:
        """Returns the trials as a setting measured them, as far as it has."""
        found = []
        for trial in self.searched:
            if self.file(name, trial).is_file():
                record = read_json(self.file(name, trial))
                details = {name: trial.details[name] for name in ("training", "training_id")} | record["details"]
                found.append(replace(trial, metrics={**trial.metrics, **record["metrics"]}, details=details))
        return tuple(found)


def compared(exact: Sequence[Trial], trials: Sequence[Trial]) -> dict[str, Any]:
    """Returns what a setting saves and how far it is off."""
    found: dict[str, Any] = {"trials": len(trials)}
    for name in ("robustness", "robust_accuracy"):
        own, other = (np.array([trial.metric(name) for trial in each]) for each in (trials, exact))
        error = own - other
        found[name] = {
            "mean_difference": float(error.mean()),
            "mean_absolute_difference": float(np.abs(error).mean()),
            "largest_difference": float(np.abs(error).max()),
            "kendall": None if np.ptp(own) == 0 or np.ptp(other) == 0 else float(kendalltau(own, other).statistic),
        }
    spent_s, asked = ([sum(trial.metric(name) for trial in each) for each in (exact, trials)] for name in _COST)
    return found | {
        "cpu_s_per_candidate": spent_s[1] / len(trials),
        "times_faster": spent_s[0] / spent_s[1],
        "queries": asked[1] / asked[0],
        "texts_attacked": sum(trial.metric("examples") for trial in trials) / len(trials),
        "front": _front(exact, trials),
        "front_if_all_were_feasible": _front(taken_for_feasible(exact), taken_for_feasible(trials)),
        "transferred": _transferred(trials),
    }


def taken_for_feasible(trials: Sequence[Trial]) -> tuple[Trial, ...]:
    """Returns the trials as if none were below the bag of embeddings."""
    return tuple(replace(trial, violation=0.0) for trial in trials)


def _front(exact: Sequence[Trial], trials: Sequence[Trial]) -> dict[str, list[int]]:
    """Returns which trials are on the front by whole attacks, and which are missed and added by a setting."""
    wanted, found = ({trial.index for trial in front(each, DEFAULT_OBJECTIVES)} for each in (exact, trials))
    return {"exact": sorted(wanted), "missed": sorted(wanted - found), "added": sorted(found - wanted)}


_COST = ("cpu_s", "asked")


def _transferred(trials: Sequence[Trial]) -> float | None:
    """Returns the share of fallen texts that fell to a parent's text; None without transfer."""
    accounts = [trial.details["shortcuts"]["transfer"] for trial in trials if "transfer" in trial.shortcuts]
    fallen, of = (sum(sum(account[name].values()) for account in accounts) for name in ("fallen", "of"))
    return fallen / of if of else None


def against_textattack(bench: Bench, python: str, count: int) -> dict[str, Any]:
    """Times one student's evaluation beside TextAttack's attacks on some of the same texts, by queries."""
    trial = min(front(bench.searched, DEFAULT_OBJECTIVES) or bench.searched, key=lambda trial: trial.index)
    with tempfile.TemporaryDirectory() as temporary:
        wordnet = str(Path(os.environ["NLTK_DATA"]) / "corpora" / "wordnet")
        resources = Resources(
            vectors=GloveWordNet(),
            encoder=SentenceTransformer(),
            masked_lm=random_masked_lm(Path(temporary)),
            wordnet=wordnet,
        )
        attacks = tuple(resources.recipes()[kind] for kind in ("pwws", "deepwordbug"))
        fidelity = replace(FITNESS.search_fidelity, attacks=attacks)
        both = replace(fidelity, scores=("probability", "margin"))
        exact, both_s = _timed(bench, trial, both)
        ours = {"margin and probability": both_s, "the margin, as in a search": _timed(bench, trial, fidelity)[1]}
        for name in (name for name, shortcuts in SETTINGS.items() if shortcuts):
            ours[name] = read_json(bench.file(name, trial))["metrics"]["cpu_s"]
        queries = {each.kind: sum(r.queries for r in exact.results[f"{each.kind}-probability"]) for each in attacks}
        rows = example_rows(len(bench.task.dev), FITNESS.dev_examples, seed=0, split="dev")[:count]
        theirs: dict[str, Any] = {}
        with TextAttack(python, resources) as rival:
            for padding in ("512", "longest"):
                theirs[padding] = {kind: _theirs(rival, bench, trial, rows, kind, padding) for kind in queries}
    whole = {
        padding: sum(found[kind]["cpu_s"] / found[kind]["queries"] * queries[kind] for kind in queries)
        for padding, found in theirs.items()
    }
    return {
        "trial": trial.index,
        "width": trial.architecture.width,
        "texts": FITNESS.dev_examples,
        "textattack_texts": count,
        "queries": queries,
        "textattack": theirs,
        "textattack_cpu_s_for_all_texts": whole,
        "ours_cpu_s": ours,
        "times_faster_than_stock": {name: whole["512"] / seconds for name, seconds in ours.items()},
        "times_faster_than_padded_to_the_longest": {name: whole["longest"] / seconds for name, seconds in ours.items()},
    }


def _timed(bench: Bench, trial: Trial, fidelity: Fidelity) -> tuple[Measurement, float]:
    found = []
    for _ in range(2):
        student, begin_s = bench.student(trial), time.process_time()
        measured = measure(student, bench.task, fidelity, budgets=FITNESS.budgets, seed=0)
        found.append((time.process_time() - begin_s, measured))
    seconds, measured = min(found, key=lambda pair: pair[0])
    return measured, seconds


def _theirs(
    rival: TextAttack, bench: Bench, trial: Trial, rows: Sequence[int], kind: str, padding: str
) -> dict[str, float]:
    split = bench.task.dev.take(rows)
    answer = rival.ask(
        {
            "student": str(student_path(bench.study.directory, trial).resolve()),
            "recipe": kind,
            "padding": padding,
            "threads": 1,
            "texts": list(split.texts),
            "labels": split.labels.tolist(),
        }
    )
    queries = sum(queries for _, _, queries in answer["rows"])
    print(f"TextAttack, {kind}, padded to {padding}: {answer['cpu_s']:.1f} s for {queries} queries", flush=True)
    return {"cpu_s": answer["cpu_s"], "queries": float(queries)}


def page(found: Mapping[str, Any]) -> str:
    """Returns the results as Markdown."""
    rows = [
        "| shortcuts | times faster | queries | texts | robustness, points off: mean, mean size, most | tau | "
        "robust accuracy, points off: mean, mean size | tau | front | front, were all feasible |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, row in found["settings"].items():
        curve, final = row["robustness"], row["robust_accuracy"]
        points = [f"{100 * curve[key]:+.1f}" for key in ("mean_difference",)]
        points += [f"{100 * curve[key]:.1f}" for key in ("mean_absolute_difference", "largest_difference")]
        ends = f"{100 * final['mean_difference']:+.1f}, {100 * final['mean_absolute_difference']:.1f}"
        fronts = " | ".join(_difference(row[key]) for key in ("front", "front_if_all_were_feasible"))
        cost = f"{row['times_faster']:.1f} | {row['queries']:.0%} | {row['texts_attacked']:.0f}"
        figures = f"{', '.join(points)} | {_tau(curve)} | {ends} | {_tau(final)}"
        rows.append(f"| {name} | {cost} | {figures} | {fronts} |")
    whole = {key: found["settings"]["none"][key]["exact"] for key in ("front", "front_if_all_were_feasible")}
    parts = [_INTRODUCTION.format(trials=found["trials"], **whole), "\n".join(rows)]
    if beside := found.get("beside_textattack"):
        table = ["| evaluation | processor s | times faster than stock | than padded to the longest |"]
        table.append("|---|---|---|---|")
        for name, seconds in beside["ours_cpu_s"].items():
            stock, longest = (
                beside[key][name] for key in ("times_faster_than_stock", "times_faster_than_padded_to_the_longest")
            )
            table.append(f"| {name} | {seconds:.2f} | {stock:.1f} | {longest:.1f} |")
        parts += [_BESIDE.format(**beside), "\n".join(table)]
    return "\n\n".join(parts) + "\n"


def _difference(row: Mapping[str, list[int]]) -> str:
    missed, added = (", ".join(map(str, row[key])) for key in ("missed", "added"))
    return f"misses {missed or '-'}, adds {added or '-'}" if missed or added else "the same"


def _tau(row: Mapping[str, Any]) -> str:
    return "-" if row["kendall"] is None else f"{row['kendall']:.2f}"


_INTRODUCTION = """# Shortcuts of a search's attacks

<!-- Made by benchmarks/shortcuts.py. -->

{trials} students of one search on SST-2 (evolution, the tiny space, plain distillation), attacked by PWWS and
DeepWordBug on 100 dev texts each, once without shortcuts and once by each setting, in the order of the trials.
Robustness is the mean of the budget curve, which the search maximises; tau is Kendall's rank correlation with the
figures of whole attacks. By these the front is {front}. Most students are infeasible, below the bag of embeddings after
their short trainings; were all feasible, it would be {front_if_all_were_feasible}. A race leaves rough figures of those
it stops, so that its front counts, not its tau. The last row has no shortcut and 100 other texts: what chance alone
does. Times are processor seconds of one thread for a candidate's whole evaluation after training, on a machine that
others used too; queries are those that the candidate itself was asked, and do not hang on that."""

_BESIDE = """## Beside TextAttack

Trial {trial} (width {width}): the processor time of its whole evaluation beside what TextAttack 0.3.11 takes for the
same two recipes on the same {texts} texts, from the time per query on {textattack_texts} of them and the queries that
all of them take. TextAttack attacks once, by probability; so does the search, by the margin. This student is on the
front, so that no race stops it, and races only pay for their portions here."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("runs/benchmarks/shortcuts"))
    parser.add_argument("--out", type=Path, default=Path("docs/results/shortcuts"))
    parser.add_argument("--minutes", type=float, default=7.0)
    parser.add_argument("--textattack-python")
    parser.add_argument("--textattack-texts", type=int, default=10)
    arguments = parser.parse_args()
    bench = Bench(task=task_of(arguments.data), work=arguments.work, end_s=time.monotonic() + 60 * arguments.minutes)
    with threads(1):
        if not bench.search() or not bench.attack_all():
            print("time is up; the same command goes on")
            return
        exact = bench.trials("none")
        found: dict[str, Any] = {
            "trials": len(exact),
            "settings": {name: compared(exact, bench.trials(name)) for name in SETTINGS},
        }
        kept = arguments.work / "beside_textattack.json"
        if arguments.textattack_python and not kept.is_file():
            write_json(kept, against_textattack(bench, arguments.textattack_python, arguments.textattack_texts))
        if kept.is_file():
            found["beside_textattack"] = read_json(kept)
    write_json(arguments.out / "shortcuts.json", found)
    write_text(arguments.out / "README.md", page(found))
    print(page(found))


if __name__ == "__main__":
    main()
