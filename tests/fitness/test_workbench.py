"""The workbench: an evaluation repeats itself, and its id names what decided it and nothing else."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from rosearch.attacks.deepwordbug import DeepWordBug
from rosearch.attacks.pwws import PWWS
from rosearch.attacks.result_table import read_results
from rosearch.core.errors import AssetError, DivergenceError
from rosearch.core.events import Event, Progress
from rosearch.core.fingerprint import canonical_json
from rosearch.data.task import Split, Task
from rosearch.distillation.hard_labels import HardLabels
from rosearch.distillation.perturbations.character_edits import CharacterEdits
from rosearch.distillation.perturbations.word_substitution import WordSubstitution
from rosearch.distillation.plain import Plain
from rosearch.distillation.robust import Robust
from rosearch.distillation.schedule import Schedule
from rosearch.fitness import workbench as workbench_module
from rosearch.fitness.evaluation import Candidate, Evaluation
from rosearch.fitness.fitness import Fitness
from rosearch.fitness.order import Order, fulfil
from rosearch.fitness.workbench import Workbench
from rosearch.lexicons.table import Table
from rosearch.space.size import parameter_count
from rosearch.space.space import DagSpace
from rosearch.students.student import Student
from rosearch.teachers.teacher import PreparedTeacher
from rosearch.testing.architectures import Relabelling
from rosearch.testing.toy_task import toy_task

TIMES = ("training_s", "attack_s", "latency_ms")
SCHEME = Plain(schedule=Schedule(epochs=4, batch_size=16, learning_rate=1e-2))
ARCHITECTURE = DagSpace.preset("tiny").sample(rng=np.random.default_rng(3))
OTHER_ARCHITECTURE = DagSpace.preset("tiny").sample(rng=np.random.default_rng(4))
CANDIDATE = Candidate(name="x", architecture=ARCHITECTURE, scheme=SCHEME)


@pytest.fixture(scope="module")
def fitness(toy_lexicon: Path) -> Fitness:
    return Fitness(
        scheme=SCHEME,
        attacks=(PWWS(lexicon=Table(path=str(toy_lexicon))),),
        unseen=(DeepWordBug(),),
        budgets=(5, 20),
        share=0.5,
        dev_examples=10,
        test_examples=8,
    )


@pytest.fixture(scope="module")
def bench(task: Task, prepared_teacher: PreparedTeacher, fitness: Fitness) -> Workbench:
    return Workbench(task=task, teacher=prepared_teacher, fitness=fitness, seed=0)


def without_times(evaluation: Evaluation) -> dict[str, Any]:
    record = evaluation.to_record()
    record["metrics"] = {name: value for name, value in record["metrics"].items() if name not in TIMES}
    record["details"] = {"training": record["details"].get("training", {}) | {"seconds": None}}
    return record


@pytest.mark.parametrize("stage", ["search_fidelity", "full_fidelity"])
def test_two_evaluations_are_the_same_but_for_the_times(
    bench: Workbench, fitness: Fitness, stage: str, tmp_path: Path
) -> None:
    fidelity = getattr(fitness, stage)
    torch.manual_seed(1)
    first = bench.evaluate(CANDIDATE, fidelity, folder=tmp_path / "first")
    torch.manual_seed(2)
    second = replace(bench).evaluate(CANDIDATE, fidelity, folder=tmp_path / "second")
    assert without_times(first) == without_times(second)
    assert set(first.metrics) - set(TIMES) == set(second.metrics) - set(TIMES)
    files = [
        {
            path.relative_to(tmp_path / name): path.read_bytes()
            for path in (tmp_path / name).rglob("*")
            if path.is_file()
        }
        for name in ("first", "second")
    ]
    assert files[0] == files[1]
    assert all(np.isfinite(value) for value in first.metrics.values())


def test_files_are_written_where_they_are_wanted(
    bench: Workbench, fitness: Fitness, task: Task, tmp_path: Path
) -> None:
    evaluation = bench.evaluate(CANDIDATE, fitness.full_fidelity, folder=tmp_path)
    assert sorted(path.name for path in (tmp_path / "attacks").iterdir()) == [
        f"{attack}-{score}.parquet" for attack in ("deepwordbug", "pwws") for score in ("margin", "probability")
    ]
    student = Student.from_pretrained(tmp_path / "student")
    assert student.architecture == ARCHITECTURE.canonical()
    accuracy = np.mean(student.logits(task.test.texts).argmax(1) == task.test.labels)
    assert evaluation.metrics["accuracy"] == accuracy
    assert evaluation.metrics["latency_ms"] > 0
    assert len(read_results(tmp_path / "attacks" / "pwws-margin.parquet")) == fitness.test_examples
    count = parameter_count(ARCHITECTURE, vocabulary_size=bench.vocabulary_size, classes=2)
    weights = sum(weight.numel() for weight in student.network.parameters())
    assert evaluation.metrics["parameters"] == count.total == weights
    assert evaluation.metrics["parameters_without_embedding"] == count.without_embedding
    assert evaluation.metrics["flops"] > 0


def test_without_a_folder_nothing_is_written(
    bench: Workbench,
    fitness: Fitness,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    evaluation = bench.evaluate(CANDIDATE, fitness.search_fidelity)
    assert not list(tmp_path.iterdir())
    assert capfd.readouterr() == ("", "")
    assert "latency_ms" not in evaluation.metrics
    assert [record.score["kind"] for record in evaluation.robustness] == ["margin"]


def test_an_evaluation_survives_its_record(bench: Workbench, fitness: Fitness) -> None:
    for candidate in (CANDIDATE, Candidate(name="majority class", model="majority")):
        evaluation = bench.evaluate(candidate, fitness.search_fidelity)
        assert Evaluation.from_record(json.loads(canonical_json(evaluation.to_record()))) == evaluation


def test_the_teacher_and_the_majority_are_measured_as_they_are(
    bench: Workbench, fitness: Fitness, tmp_path: Path, task: Task
) -> None:
    teacher = bench.evaluate(Candidate(name="teacher", model="teacher"), fitness.search_fidelity, folder=tmp_path)
    assert not (tmp_path / "student").exists()
    assert teacher.metrics["parameters"] == bench.teacher.parameters
    assert teacher.metrics["accuracy"] == bench.teacher.dev_accuracy
    assert "training_s" not in teacher.metrics
    majority = bench.evaluate(Candidate(name="majority class", model="majority"), fitness.full_fidelity)
    assert majority.metrics["parameters"] == 0
    assert majority.metrics["balanced_accuracy"] == 0.5
    share = max(task.test.class_counts(2)) / len(task.test)
    assert majority.metrics["accuracy"] in (share, 1 - share)


def test_repeats_and_schemes_give_other_weights_and_longer_training_better_ones(
    bench: Workbench, fitness: Fitness
) -> None:
    fidelity = fitness.search_fidelity
    alone = replace(CANDIDATE, scheme=HardLabels(schedule=SCHEME.schedule))
    found = [
        bench.evaluate(candidate, fidelity).details["training"]["last_loss"]
        for candidate in (CANDIDATE, replace(CANDIDATE, repeat=1), alone)
    ]
    assert len(set(found)) == 3
    full = bench.evaluate(CANDIDATE, replace(fidelity, share=1.0))
    assert full.details["training"]["steps"] == 60
    assert full.details["training"]["last_loss"] < found[0]
    assert full.metrics["balanced_accuracy"] >= 0.75


def relabelled(task: Task) -> Task:
    labels = task.train.labels.copy()
    labels[0] = 1 - labels[0]
    return replace(task, train=Split(task.train.texts, labels))


def uneven(task: Task) -> Task:
    kept = np.sort(
        np.concatenate([np.flatnonzero(task.train.labels == 0), np.flatnonzero(task.train.labels == 1)[:20]])
    )
    return replace(task, train=task.train.take(kept))


Change = Callable[[Workbench], tuple[Workbench, Candidate, dict[str, Any]]]
DECIDE: dict[str, Change] = {
    "architecture": lambda b: (b, replace(CANDIDATE, architecture=OTHER_ARCHITECTURE), {}),
    "scheme": lambda b: (b, replace(CANDIDATE, scheme=HardLabels(schedule=SCHEME.schedule)), {}),
    "schedule": lambda b: (b, replace(CANDIDATE, scheme=replace(SCHEME, schedule=Schedule())), {}),
    "temperature": lambda b: (b, replace(CANDIDATE, scheme=replace(SCHEME, softmax_temperature=1.0)), {}),
    "repeat": lambda b: (b, replace(CANDIDATE, repeat=1), {}),
    "seed": lambda b: (replace(b, seed=1), CANDIDATE, {}),
    "task": lambda b: (replace(b, task=relabelled(b.task)), CANDIDATE, {}),
    "teacher": lambda b: (replace(b, teacher=replace(b.teacher, fingerprint="another")), CANDIDATE, {}),
    "share": lambda b: (b, CANDIDATE, {"share": 0.25}),
    "precision": lambda b: (replace(b, fitness=replace(b.fitness, precision="bfloat16")), CANDIDATE, {}),
    "threads": lambda b: (replace(b, thread_count=2), CANDIDATE, {}),
}
DO_NOT_DECIDE: dict[str, Change] = {
    "name": lambda b: (b, replace(CANDIDATE, name="y"), {}),
    "writing": lambda b: (b, replace(CANDIDATE, architecture=Relabelling(1)(ARCHITECTURE)), {}),
    "attacks": lambda b: (b, CANDIDATE, {"attacks": (DeepWordBug(),)}),
    "examples": lambda b: (b, CANDIDATE, {"examples": 3, "split": "test", "name": "full", "scores": ("probability",)}),
    "budgets": lambda b: (replace(b, fitness=replace(b.fitness, budgets=(7,))), CANDIDATE, {}),
    "precision that is resolved": lambda b: (
        replace(b, fitness=replace(b.fitness, precision="float32")),
        CANDIDATE,
        {},
    ),
    "place of the teacher": lambda b: (replace(b, teacher=replace(b.teacher, folder=Path("x"))), CANDIDATE, {}),
    "name of the task": lambda b: (replace(b, task=replace(b.task, name="z", provenance="z")), CANDIDATE, {}),
}


@pytest.mark.parametrize("what", [*DECIDE, *DO_NOT_DECIDE])
def test_the_id_of_a_training_names_what_decides_the_weights_and_nothing_else(
    bench: Workbench, fitness: Fitness, what: str
) -> None:
    fidelity = fitness.search_fidelity
    before = bench.training_id(CANDIDATE, fidelity)
    changed, candidate, fields = (DECIDE | DO_NOT_DECIDE)[what](bench)
    after = changed.training_id(candidate, replace(fidelity, **fields))
    assert (after != before) == (what in DECIDE)
    assert len(after) == 16


@pytest.mark.parametrize("version", ["BUILDER_VERSION", "TRAINER_VERSION"])
def test_a_new_version_of_the_code_gives_new_ids(
    bench: Workbench, fitness: Fitness, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = bench.training_id(CANDIDATE, fitness.search_fidelity)
    monkeypatch.setattr(workbench_module, version, 99)
    assert bench.training_id(CANDIDATE, fitness.search_fidelity) != before


def test_class_weights_are_on_record_and_name_the_training_where_they_change_it(
    bench: Workbench, fitness: Fitness
) -> None:
    fidelity = replace(fitness.search_fidelity, examples=2)
    settings = {
        setting: replace(CANDIDATE, scheme=replace(SCHEME, class_weights=setting))
        for setting in ("none", "auto", "balanced")
    }
    even = replace(bench, task=replace(bench.task, train=bench.task.train.take(range(200))))
    assert len({even.training_id(candidate, fidelity) for candidate in settings.values()}) == 2
    rare = replace(bench, task=uneven(bench.task))
    ids = {setting: rare.training_id(candidate, fidelity) for setting, candidate in settings.items()}
    assert ids["auto"] == ids["balanced"] != ids["none"]
    plain, weighted = (rare.evaluate(settings[setting], fidelity) for setting in ("none", "auto"))
    assert "class_weights" not in plain.details
    counts = rare.task.train.class_counts(2)
    assert weighted.details["class_weights"] == pytest.approx(counts.sum() / (2 * counts))
    assert weighted.details["training"]["last_loss"] != plain.details["training"]["last_loss"]


def test_texts_that_are_longer_than_what_is_read_are_counted(bench: Workbench) -> None:
    assert bench.truncated() == {"train": 0, "dev": 0, "test": 0}
    short = replace(bench, teacher=replace(bench.teacher, max_length=12))
    lengths = {
        name: bench.reading.as_the_teacher.tokenizer.encode(getattr(bench.task, name).texts, max_length=99).lengths
        for name in ("train", "dev", "test")
    }
    expected = {name: int((found > 12).sum()) for name, found in lengths.items()}
    assert short.truncated() == expected
    assert 0 < expected["train"] < len(bench.task.train)


def test_what_is_not_trained_is_named_by_what_it_is_made_of(bench: Workbench, fitness: Fitness) -> None:
    changed = replace(bench, seed=1, thread_count=2)
    search, full = fitness.search_fidelity, fitness.full_fidelity
    ids = set()
    for model in ("majority", "teacher"):
        candidate = Candidate(name=model, model=model)  # type: ignore[arg-type]
        assert bench.training_id(candidate, search) == changed.training_id(replace(candidate, repeat=1), full)
        ids.add(bench.training_id(candidate, search))
    assert len(ids) == 2


def test_the_id_of_an_attack_names_what_was_asked(
    bench: Workbench, fitness: Fitness, toy_lexicon: Path, tmp_path: Path
) -> None:
    majority = Candidate(name="majority class", model="majority")
    fidelity = replace(fitness.search_fidelity, examples=2)
    (tmp_path / "elsewhere.json").write_bytes(toy_lexicon.read_bytes())
    (tmp_path / "other.json").write_text('{"great": ["big"]}')

    def attack_id(bench: Workbench = bench, **fields: Any) -> str:
        return bench.evaluate(majority, replace(fidelity, **fields)).attack_id

    def pwws(name: str) -> tuple[PWWS, ...]:
        return (PWWS(lexicon=Table(path=str(tmp_path / name))),)

    before = attack_id()
    assert attack_id(attacks=pwws("elsewhere.json")) == before
    others = [
        attack_id(attacks=pwws("other.json")),
        attack_id(attacks=(DeepWordBug(),)),
        attack_id(examples=3),
        attack_id(split="test"),
        attack_id(scores=("probability",)),
        attack_id(replace(bench, seed=1)),
        attack_id(replace(bench, fitness=replace(fitness, budgets=(7,)))),
        attack_id(replace(bench, task=replace(bench.task, dev=bench.task.test))),
    ]
    assert len({before, *others}) == 9


def test_a_student_needs_an_architecture_and_a_scheme(bench: Workbench, fitness: Fitness) -> None:
    for candidate in (Candidate(name="x", scheme=SCHEME), Candidate(name="x", architecture=ARCHITECTURE)):
        before = torch.get_num_threads()
        with pytest.raises(ValueError, match="x: a student needs an architecture and a scheme"):
            replace(bench, thread_count=before + 1).evaluate(candidate, fitness.search_fidelity)
        assert torch.get_num_threads() == before


def test_a_training_that_is_lost_is_an_error(bench: Workbench, fitness: Fitness) -> None:
    hot = Plain(schedule=Schedule(epochs=4, batch_size=16, learning_rate=1e6))
    with pytest.raises(DivergenceError):
        bench.evaluate(replace(CANDIDATE, scheme=hot), fitness.search_fidelity)


def test_preparing_finds_a_missing_lexicon_before_any_work(bench: Workbench, fitness: Fitness, tmp_path: Path) -> None:
    bench.prepare()
    missing = PWWS(lexicon=Table(path=str(tmp_path / "nothing.json")))
    for fields in ({"attacks": (missing,)}, {"unseen": (missing,), "attacks": (DeepWordBug(),)}):
        with pytest.raises(AssetError, match=r"nothing\.json"):
            replace(bench, fitness=replace(fitness, **fields)).prepare()


def test_an_order_is_an_evaluation_that_somebody_else_carries_out(
    bench: Workbench, fitness: Fitness, tmp_path: Path
) -> None:
    heard: list[Event] = []
    order = Order(
        workbench=bench,
        candidate=CANDIDATE,
        fidelity=fitness.search_fidelity,
        folder=tmp_path,
        listener=heard.append,
    )
    assert without_times(fulfil(order)) == without_times(bench.evaluate(CANDIDATE, fitness.search_fidelity))
    assert (tmp_path / "student" / "student.json").is_file()
    assert {event.stage for event in heard if isinstance(event, Progress)} >= {"x: training", "attack pwws"}


def test_a_robust_scheme_is_named_by_what_its_lexicons_hold(
    bench: Workbench, fitness: Fitness, tmp_path: Path, toy_lexicon: Path
) -> None:
    (tmp_path / "copy.json").write_bytes(toy_lexicon.read_bytes())
    (tmp_path / "other.json").write_text('{"movie": ["flick"]}')

    def name(path: Path) -> str:
        words = WordSubstitution(lexicons=(Table(path=str(path)),))
        scheme = Robust(schedule=SCHEME.schedule, perturbations=(words,))
        return bench.training_id(replace(CANDIDATE, scheme=scheme), fitness.search_fidelity)

    assert name(toy_lexicon) == name(tmp_path / "copy.json") != name(tmp_path / "other.json")


def test_robust_training_and_a_transfer_set_go_through_the_bench(
    task: Task, prepared_teacher: PreparedTeacher, fitness: Fitness, toy_lexicon: Path
) -> None:
    more = toy_task(seed=1, train=60, dev=1, test=1).train.texts
    words = WordSubstitution(lexicons=(Table(path=str(toy_lexicon)),))
    scheme = Robust(schedule=SCHEME.schedule, perturbations=(words, CharacterEdits()))
    bench = Workbench(task=task.with_unlabelled(more), teacher=prepared_teacher, fitness=fitness, seed=0)
    bench.prepare()
    candidate = replace(CANDIDATE, scheme=scheme)
    found = bench.evaluate(candidate, fitness.search_fidelity)
    extra = len(bench.task.unlabelled)
    assert 0 < extra <= 60
    steps = scheme.schedule.steps(len(task.train) + extra, share=0.5)
    assert found.details["training"]["steps"] == steps
    assert without_times(found) == without_times(bench.evaluate(candidate, fitness.search_fidelity))
    hard = replace(CANDIDATE, scheme=HardLabels(schedule=SCHEME.schedule))
    alone = bench.evaluate(hard, fitness.search_fidelity).details["training"]["steps"]
    assert alone == scheme.schedule.steps(len(task.train), share=0.5)
