"""What each part of robust distillation brings: one fixed student, one teacher, add one and leave one out, on test.

Each cell is one training (variant and seed) and its attacks; its result is one JSON file under --out, and a cell that
has its file is done. Attacks that were added later are made up for on the student that was kept under --work. Under
attack stands the lower of the normalised margin's and the calibrated probability's figure, with Wilson's interval.

usage: python benchmarks/robust_distillation.py --data SST2DIR --list            cells, done or not
       python benchmarks/robust_distillation.py --data SST2DIR --cell robust-0   one cell, at most 20 minutes
       python benchmarks/robust_distillation.py --data SST2DIR --hours 2         cells in their order, until time is up
       python benchmarks/robust_distillation.py --data SST2DIR --table           the table of what is done
SST2DIR holds train.tsv, dev.tsv and test.tsv with the columns text and label.
"""

import argparse
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from common_task import task_of, teacher_of, transformer

from rosearch import Plain, Schedule, Task
from rosearch.attacks.attack import Attack
from rosearch.attacks.wilson import wilson
from rosearch.core.files import read_json, write_json, write_text
from rosearch.data.readers import read_rows
from rosearch.device import threads
from rosearch.distillation.adversaries.adversary import Adversary
from rosearch.distillation.adversaries.attacked_texts import AttackedTexts
from rosearch.distillation.adversaries.convex_hull import ConvexHull
from rosearch.distillation.adversaries.free_lb import FreeLB
from rosearch.distillation.adversaries.gradient_swaps import GradientSwaps
from rosearch.distillation.adversaries.worst_draws import WorstDraws
from rosearch.distillation.perturbations.character_edits import CharacterEdits
from rosearch.distillation.perturbations.masking import Masking
from rosearch.distillation.perturbations.perturbation import Perturbation
from rosearch.distillation.perturbations.word_substitution import WordSubstitution
from rosearch.distillation.robust import Robust
from rosearch.distillation.scheme import Scheme
from rosearch.fitness.evaluation import Candidate
from rosearch.fitness.fidelity import Fidelity
from rosearch.fitness.fitness import Fitness
from rosearch.fitness.measurement import measure, quoted
from rosearch.fitness.workbench import Workbench
from rosearch.lexicons.glove_wordnet import GloveWordNet
from rosearch.lexicons.wordnet import WordNet
from rosearch.space.architecture import Architecture
from rosearch.space.size import parameter_count
from rosearch.students.student import Student
from rosearch.teachers.teacher import PreparedTeacher

STUDENT = transformer(width=136, layers=4)
"""0.9 million parameters outside its embedding."""
NGRAMS = replace(STUDENT, input=replace(STUDENT.input, characters="ngrams", buckets=8192))
SPELLING = replace(NGRAMS, input=replace(NGRAMS.input, spelling=True))
STARS = replace(SPELLING, input=replace(SPELLING.input, clusters="stars"))
SCHEDULE = Schedule(epochs=6)
EXAMPLES = 300
SEEDS = (0, 1, 2)
ABOUT = f"""<!-- Made by benchmarks/robust_distillation.py. -->

One student of 0.9 million weights outside its embedding, which reads word pieces and n-grams of letters, on SST-2's
sentences; MiniLM is its teacher. Accuracy on all of test; under attack on {EXAMPLES} of its texts, in %, the lower of
margin and calibrated probability, mean over seeds, Wilson's interval over texts. Training time in processor seconds.
`robust` swaps words (WordNet, GloVe) and letters as the gradient points; `worst draws` learns the worst of six random
rewritings. TextBugger is in no variant's training. PWWS and the stars share a lexicon: the others tell more.
"""
ATTACKS = ("pwws", "textfooler", "deepwordbug", "textbugger")
"""The last is the unseen one: spaces in words and look-alikes are in no variant's training."""
LEXICONS = (WordNet(), GloveWordNet())
CLUSTERS = WordNet()
"""Of the stars: PWWS has the same lexicon, and half of its swaps no power over students that read them."""
WORDS = tuple(WordSubstitution(lexicons=(lexicon,)) for lexicon in LEXICONS)
LETTERS = CharacterEdits()
PLAIN = Robust(schedule=SCHEDULE, perturbed=0.0, consistency=0.0, adversaries=())
ROBUST = replace(PLAIN, adversaries=(GradientSwaps(perturbations=(*WORDS, LETTERS)),))
DRAWS = WorstDraws(perturbations=(*WORDS, LETTERS), draws=6)
MASKS = WorstDraws(perturbations=(*WORDS, Masking()), draws=6)


@dataclass(frozen=True, kw_only=True)
class Variant:
    """A scheme and a student.

    Args:
        scheme: How it is trained.
        student: What is trained.
        transfer: Whether it learns from texts without labels too.
    """

    scheme: Scheme
    student: Architecture = NGRAMS
    transfer: bool = False


def drawn(*perturbations: Perturbation, base: Robust = PLAIN, **fields: Any) -> Variant:
    """Returns a variant that perturbs texts at random."""
    return Variant(scheme=replace(base, perturbed=1.0, perturbations=perturbations, **fields))


def against(*adversaries: Adversary, base: Robust = PLAIN) -> Variant:
    """Returns a variant with adversaries."""
    return Variant(scheme=replace(base, adversaries=adversaries))


VARIANTS: Mapping[str, Variant] = {
    "plain": Variant(scheme=Plain(schedule=SCHEDULE)),
    "robust": Variant(scheme=ROBUST),
    "plain + spelling": Variant(scheme=Plain(schedule=SCHEDULE), student=SPELLING),
    "robust + spelling": Variant(scheme=ROBUST, student=SPELLING),
    "robust + spelling - letters": replace(against(GradientSwaps(perturbations=WORDS)), student=SPELLING),
    "worst draws + spelling": replace(against(DRAWS), student=SPELLING),
    "worst draws + spelling + masking": replace(against(MASKS), student=SPELLING),
    "worst draws + spelling + stars": replace(against(DRAWS), student=STARS),
    "robust + spelling + masking": replace(against(GradientSwaps(perturbations=(*WORDS, Masking()))), student=SPELLING),
    "robust + spelling + stars": Variant(scheme=ROBUST, student=STARS),
    "plain, pieces only": Variant(scheme=Plain(schedule=SCHEDULE), student=STUDENT),
    "robust, pieces only": Variant(scheme=ROBUST, student=STUDENT),
    "robust - letters": against(GradientSwaps(perturbations=WORDS)),
    "robust - words": against(GradientSwaps(perturbations=(LETTERS,))),
    "robust - the gradient": drawn(*WORDS, LETTERS),
    "robust + drawn texts": drawn(*WORDS, LETTERS, base=ROBUST),
    "robust + consistency": drawn(*WORDS, LETTERS, base=ROBUST, consistency=1.0),
    "robust + hull": against(*ROBUST.adversaries, ConvexHull(lexicons=LEXICONS)),
    "robust + transfer": Variant(scheme=ROBUST, transfer=True),
    "plain + transfer": Variant(scheme=Plain(schedule=SCHEDULE), transfer=True),
    "plain + drawn words": drawn(*WORDS),
    "plain + drawn letters": drawn(LETTERS),
    "plain + masking": drawn(Masking()),
    "plain + piece dropout": drawn(piece_dropout=0.3),
    "plain + consistency": drawn(*WORDS, LETTERS, consistency=1.0),
    "plain + hull": against(ConvexHull(lexicons=LEXICONS)),
    "plain + free lb": against(FreeLB()),
    "plain + attacked texts": against(AttackedTexts()),
}
"""By name, those that matter most first; `robust` is what the rest adds to or leaves something out of."""


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What all cells share."""

    task: Task
    teacher: PreparedTeacher
    work: Path
    out: Path

    def cells(self) -> Iterator[tuple[str, int]]:
        """Gives the cells in their order: first one seed of every variant."""
        wanted = [name for name, variant in VARIANTS.items() if self.task.unlabelled or not variant.transfer]
        return ((name, seed) for seed in SEEDS for name in wanted)

    def record(self, name: str, seed: int) -> dict[str, Any]:
        path = self.out / f"{cell_name(name, seed)}.json"
        record: dict[str, Any] = read_json(path) if path.is_file() else {}
        return record

    def missing(self, name: str, seed: int) -> list[str]:
        return [kind for kind in ATTACKS if kind not in self.record(name, seed).get("attacks", {})]

    def run(self, name: str, seed: int) -> None:
        """Trains where there is no student yet, and makes the attacks that are missing."""
        record, folder = self.record(name, seed), self.work / "robust" / cell_name(name, seed)
        if "training" not in record or not (folder / "student.json").is_file():
            student, record = self.trained(VARIANTS[name], seed)
            student.save_pretrained(folder)
            record = {"variant": name, "seed": seed, **record, "attacks": {}}
        student = Student.from_pretrained(folder)
        for kind in [kind for kind in ATTACKS if kind not in record["attacks"]]:
            start = time.perf_counter()
            fidelity = Fidelity(
                name="search",
                share=1.0,
                split="test",
                examples=EXAMPLES,
                attacks=(Attack.from_config(kind),),
                scores=("margin", "probability"),
            )
            found = measure(student, self.task, fidelity, budgets=(10, 20, 40, 80, 160), seed=0)
            record["accuracy"] = {split: self.accuracy(student, split) for split in ("dev", "test")}
            record["calibration_error"] = found.metrics["calibration_error"]
            record["attacks"][kind] = {
                "seconds": round(time.perf_counter() - start, 1),
                "lower": quoted(found.robustness, kind).to_record(),
                **{each.score["kind"]: each.to_record() for each in found.robustness},
            }
            write_json(self.out / f"{cell_name(name, seed)}.json", record)
            print(f"{cell_name(name, seed)}: {line(record)}", flush=True)

    def trained(self, variant: Variant, seed: int) -> tuple[Student, dict[str, Any]]:
        task = self.task if variant.transfer else replace(self.task, unlabelled=())
        fitness = Fitness(scheme=variant.scheme, clusters=CLUSTERS)
        bench = Workbench(task=task, teacher=self.teacher, fitness=fitness, seed=0)
        candidate = Candidate(name="student", architecture=variant.student, scheme=variant.scheme, repeat=seed)
        start = time.process_time()
        student, report = bench.make(candidate, bench.fitness.full_fidelity)
        size = parameter_count(
            variant.student, vocabulary_size=student.network.input.table.num_embeddings, classes=self.task.classes
        )
        record = {
            "scheme": variant.scheme.to_config(),
            "architecture": variant.student.to_json(),
            "parameters": size.total,
            "parameters_without_embedding": size.without_embedding,
            "training_id": bench.training_id(candidate, bench.fitness.full_fidelity),
            "teacher_dev_accuracy": self.teacher.dev_accuracy,
            "unlabelled": len(task.unlabelled),
            "training": report.to_record() | {"cpu_seconds": round(time.process_time() - start, 1)},
        }
        return student, record

    def accuracy(self, student: Student, split: str) -> float:
        rows = getattr(self.task, split)
        return float(np.mean(student.logits(rows.texts).argmax(axis=1) == rows.labels))


def cell_name(variant: str, seed: int) -> str:
    """Returns the name of a cell, which is its file's too."""
    words = variant.replace("+", "with").replace(" - ", " without ").replace(",", "").split()
    return "-".join([*words, str(seed)])


def line(record: Mapping[str, Any]) -> str:
    """Says in a line what a cell found."""
    attacks = ", ".join(
        f"{kind} {100 * found['lower']['robust_accuracy']:.1f}" for kind, found in record["attacks"].items()
    )
    training = record["training"]
    return (
        f"test {100 * record['accuracy']['test']:.1f}, under {attacks} (n = {EXAMPLES}); "
        f"training {training['cpu_seconds']:.0f} s of one core"
    )


def table(bench: Bench) -> str:
    """Returns the means over seeds as a Markdown table."""
    done = {name: [bench.record(name, seed) for seed in SEEDS if not bench.missing(name, seed)] for name in VARIANTS}
    plain = np.mean([record["training"]["cpu_seconds"] for record in done["plain"]] or [np.nan])
    rows = [
        f"| variant | seeds | test accuracy | {' | '.join(ATTACKS)} | training, plain = 1 |",
        f"|---|---|---|{'---|' * len(ATTACKS)}---|",
    ]
    for name, records in done.items():
        if not records:
            continue
        cells = []
        for kind in ATTACKS:
            robust = float(np.mean([record["attacks"][kind]["lower"]["robust_accuracy"] for record in records]))
            low, high = wilson(robust * EXAMPLES, EXAMPLES)
            cells.append(f"{100 * robust:.1f} [{100 * low:.1f}, {100 * high:.1f}]")
        accuracy = np.mean([record["accuracy"]["test"] for record in records])
        cost = np.mean([record["training"]["cpu_seconds"] for record in records]) / plain
        rows.append(f"| {name} | {len(records)} | {100 * accuracy:.1f} | {' | '.join(cells)} | {cost:.1f} |")
    return "\n".join(rows) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--unlabelled", type=Path, help="a TSV of texts whose labels are not read, for transfer")
    parser.add_argument("--out", type=Path, default=Path("docs/results/robust_distillation"))
    parser.add_argument("--work", type=Path, default=Path("runs/benchmarks"), help="where teacher and students stay")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--cell")
    parser.add_argument("--hours", type=float, default=0.0)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    task = task_of(arguments.data)
    teacher = teacher_of(task, arguments.work)
    if arguments.unlabelled:
        task = task.with_unlabelled(row.text for row in read_rows(arguments.unlabelled, text="text", label="label"))
    bench = Bench(task=task, teacher=teacher, work=arguments.work, out=arguments.out)
    end = time.monotonic() + 3600 * arguments.hours
    with threads(arguments.threads):
        for name, seed in bench.cells():
            missing, cell = bench.missing(name, seed), cell_name(name, seed)
            if arguments.list:
                print(f"{cell}: {'done' if not missing else 'to do: ' + ', '.join(missing)}")
            elif missing and (cell == arguments.cell or time.monotonic() < end):
                bench.run(name, seed)
    if arguments.table or arguments.hours:
        write_text(bench.out / "README.md", f"# Robust distillation, part by part\n\n{ABOUT}\n{table(bench)}")
        print(table(bench))


if __name__ == "__main__":
    main()
