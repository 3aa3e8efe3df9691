"""Candidates with every kind of input: made, attacked and written like any other, and named apart."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rosearch.attacks.deepwordbug import DeepWordBug
from rosearch.attacks.pwws import PWWS
from rosearch.core.errors import AssetError
from rosearch.core.events import Event, Notice
from rosearch.data.task import Task
from rosearch.distillation.perturbations.character_edits import CharacterEdits
from rosearch.distillation.robust import Robust
from rosearch.distillation.schedule import Schedule
from rosearch.fitness.evaluation import Candidate
from rosearch.fitness.fitness import Fitness
from rosearch.fitness.workbench import Workbench
from rosearch.lexicons.table import Table
from rosearch.lexicons.wordnet import WordNet
from rosearch.space.architecture import Architecture, InputGenes
from rosearch.space.size import parameter_count
from rosearch.space.space import DagSpace
from rosearch.students.student import Student
from rosearch.teachers.teacher import PreparedTeacher

SCHEME = Robust(schedule=Schedule(epochs=4, batch_size=16, learning_rate=3e-3), perturbations=(CharacterEdits(),))
PLAIN = InputGenes(rank=32, trained=True)
INPUTS = {
    "pieces": PLAIN,
    "ngrams": replace(PLAIN, characters="ngrams", buckets=300),
    "letters": replace(PLAIN, characters="letters"),
    "stars": replace(PLAIN, clusters="stars"),
    "spelling": replace(PLAIN, spelling=True),
    "pruned": replace(PLAIN, pruned=True),
    "everything": replace(PLAIN, characters="ngrams", buckets=300, clusters="chains", spelling=True, pruned=True),
}
BODY = DagSpace.preset("tiny").sample(rng=np.random.default_rng(3))


def architecture(name: str) -> Architecture:
    return replace(BODY, input=INPUTS[name])


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ROSEARCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def bench(task: Task, prepared_teacher: PreparedTeacher, toy_lexicon: Path) -> Workbench:
    table = Table(path=str(toy_lexicon))
    fitness = Fitness(
        scheme=SCHEME, attacks=(PWWS(lexicon=table),), budgets=(5,), share=1.0, dev_examples=6, clusters=table
    )
    return Workbench(task=task, teacher=prepared_teacher, fitness=fitness, seed=0)


@pytest.mark.parametrize("name", INPUTS)
def test_a_student_is_trained_attacked_and_written(bench: Workbench, name: str, task: Task, tmp_path: Path) -> None:
    candidate = Candidate(name=name, architecture=architecture(name), scheme=SCHEME)
    evaluation = bench.evaluate(candidate, bench.fitness.search_fidelity, folder=tmp_path)
    assert evaluation.metrics["accuracy"] > 0.75
    student = Student.from_pretrained(tmp_path / "student")
    count = parameter_count(student.architecture, vocabulary_size=student.record.vocabulary_size, classes=task.classes)
    assert evaluation.metrics["parameters"] == count.total
    assert sum(weight.numel() for weight in student.network.parameters()) == count.total
    right = student.logits(task.dev.texts).argmax(axis=1) == task.dev.labels
    assert right.mean() == pytest.approx(evaluation.metrics["accuracy"])


def test_each_input_is_a_training_of_its_own(bench: Workbench) -> None:
    candidates = [Candidate(name="x", architecture=architecture(name), scheme=SCHEME) for name in INPUTS]
    assert len({bench.training_id(each, bench.fitness.search_fidelity) for each in candidates}) == len(INPUTS)


def test_the_lexicon_of_clusters_names_trainings_that_read_them_and_no_others(bench: Workbench, tmp_path: Path) -> None:
    (tmp_path / "synonyms.json").write_text('{"great": ["superb"]}')
    other = replace(bench, fitness=replace(bench.fitness, clusters=Table(path=str(tmp_path / "synonyms.json"))))
    for name in INPUTS:
        candidate = Candidate(name="x", architecture=architecture(name), scheme=SCHEME)
        ids = {each.training_id(candidate, bench.fitness.search_fidelity) for each in (bench, other)}
        assert len(ids) == (1 if INPUTS[name].clusters == "none" else 2)


def test_a_student_corrects_what_nobody_knows(bench: Workbench) -> None:
    tokenizer = bench.reading.of(INPUTS["spelling"]).tokenizer
    pieces = bench.reading.as_the_teacher.tokenizer
    for written in ("a great mvoie", "a gr3at movie", "a grеat movie"):
        np.testing.assert_array_equal(
            tokenizer.encode([written], max_length=12).ids, pieces.encode(["a great movie"], max_length=12).ids
        )
    np.testing.assert_array_equal(
        tokenizer.encode_similar(bench.task.train.texts, max_length=16).ids,
        pieces.encode_similar(bench.task.train.texts, max_length=16).ids,
    )


def heard_when_prepared(bench: Workbench, *names: str) -> list[str]:
    heard: list[Event] = []
    bench.prepare(heard.append, inputs=[INPUTS[name] for name in names])
    return [event.text for event in heard if isinstance(event, Notice)]


def test_an_attack_that_clusters_make_powerless_is_named(bench: Workbench) -> None:
    assert bench.fitness.powerless == ("pwws",)
    (text,) = heard_when_prepared(bench, "pieces", "stars")
    assert text.startswith("pwws draws its words from table, as the clusters of synonyms do")
    assert heard_when_prepared(bench, "pieces", "ngrams") == []
    harmless = replace(bench, fitness=replace(bench.fitness, attacks=(DeepWordBug(),), unseen=()))
    assert heard_when_prepared(harmless, "stars") == []


def test_the_default_lexicon_of_clusters_is_not_that_of_the_default_attack() -> None:
    assert Fitness().powerless == ()
    assert Fitness(clusters=WordNet()).powerless == ("pwws",)


def test_a_missing_lexicon_of_clusters_is_found_before_any_work(bench: Workbench, tmp_path: Path) -> None:
    missing: Any = {"kind": "table", "path": str(tmp_path / "nothing.json")}
    broken = replace(bench, fitness=replace(bench.fitness, clusters=missing))
    broken.prepare(inputs=[INPUTS["ngrams"]])
    with pytest.raises(AssetError, match=r"nothing\.json"):
        broken.prepare(inputs=[INPUTS["stars"]])
