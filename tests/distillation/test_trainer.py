"""The trainer: learns, repeats itself to the last bit, and gives up what is lost."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from rosearch.core.errors import DivergenceError
from rosearch.core.events import Event, Progress
from rosearch.core.rng import SeedTree
from rosearch.data.task import Task
from rosearch.device import seeded
from rosearch.distillation import trainer
from rosearch.distillation.hard_labels import HardLabels
from rosearch.distillation.objective import UNLABELLED
from rosearch.distillation.plain import Plain
from rosearch.distillation.schedule import Schedule
from rosearch.distillation.scheme import Scheme
from rosearch.distillation.trainer import DivergenceWatch, TrainingReport, train
from rosearch.distillation.training_set import TrainingSet
from rosearch.space.architecture import Architecture, InputGenes
from rosearch.space.dag import Cell, Node
from rosearch.space.operation import Operation
from rosearch.students.inputs import svd_embedding
from rosearch.students.network import StudentNetwork
from rosearch.students.student import Student
from rosearch.teachers.teacher import PreparedTeacher

SHORT = Schedule(epochs=2, batch_size=16, learning_rate=3e-3)
LONG = Schedule(epochs=10, batch_size=16, learning_rate=1e-2)
Weights = dict[str, torch.Tensor]


def architecture(*, trained: bool = True, width: int = 16) -> Architecture:
    nodes = (
        Node(operation=Operation.from_config({"kind": "self_attention", "heads": 2}), inputs=(0,)),
        Node(operation=Operation.from_config({"kind": "convolution", "kernel": 3}), inputs=(0, 1), combine="gated"),
    )
    genes = InputGenes(rank=8, trained=trained)
    return Architecture(input=genes, width=width, pooling="mean", shared=False, layout=(0,), cells=(Cell(nodes=nodes),))


@pytest.fixture(scope="module")
def data(prepared_teacher: PreparedTeacher, task: Task) -> TrainingSet:
    encoded = prepared_teacher.tokenizer().encode(task.train.texts, max_length=prepared_teacher.max_length)
    outputs = prepared_teacher.outputs(task.train.texts, with_tokens=True)
    return TrainingSet(encoded=encoded, labels=task.train.labels, outputs=outputs)


@pytest.fixture
def build(prepared_teacher: PreparedTeacher) -> Callable[..., StudentNetwork]:
    table = prepared_teacher.word_embeddings()

    def network(genes: Architecture | None = None) -> StudentNetwork:
        genes = genes or architecture()
        with seeded(0):
            student = StudentNetwork(genes, vocabulary_size=len(table), classes=2)
        student.input.load_table(svd_embedding(table, genes.input.rank))
        return student

    return network


def weights(network: StudentNetwork) -> Weights:
    return {name: weight.detach().clone() for name, weight in network.state_dict().items()}


def trained(network: StudentNetwork, data: TrainingSet, scheme: Scheme, **fields: Any) -> Weights:
    train(network, data, scheme, **{"seeds": SeedTree(0), "precision": "float32"} | fields)
    return weights(network)


def same(first: Weights, second: Weights) -> bool:
    assert first.keys() == second.keys()
    return all(torch.equal(weight, second[name]) for name, weight in first.items())


def accuracy(network: StudentNetwork, teacher: PreparedTeacher, task: Task) -> float:
    student = Student(network, teacher.tokenizer(), label_names=task.label_names, max_length=teacher.max_length)
    return float(np.mean(student.logits(task.dev.texts).argmax(1) == task.dev.labels))


SCHEMES = {
    "plain": Plain(schedule=SHORT),
    "everything": Plain(schedule=SHORT, hard_labels=0.5, pooled_states=1.0, token_relations=1.0),
    "hard labels": HardLabels(schedule=SHORT),
}


@pytest.mark.parametrize("name", SCHEMES)
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_the_same_seed_gives_the_same_weights_to_the_last_bit(
    build: Callable[..., StudentNetwork], data: TrainingSet, name: str, precision: str
) -> None:
    found = []
    for outer, seed in ((1, 0), (2, 0), (1, 1)):
        torch.manual_seed(outer)
        before = torch.random.get_rng_state()
        found.append(trained(build(), data, SCHEMES[name], seeds=SeedTree(seed), precision=precision))
        assert torch.equal(torch.random.get_rng_state(), before)
    assert same(found[0], found[1])
    assert not same(found[0], found[2])
    assert not same(found[0], weights(build()))


@contextmanager
def whole_embedding(network: StudentNetwork, ids: NDArray[np.int32]) -> Iterator[NDArray[np.int64]]:  # noqa: ARG001
    yield np.arange(network.input.table.num_embeddings)


@pytest.mark.parametrize("name", SCHEMES)
def test_the_compact_table_gives_the_weights_of_the_whole_one(
    build: Callable[..., StudentNetwork], data: TrainingSet, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    compact = trained(build(), data, SCHEMES[name])
    monkeypatch.setattr(trainer, "compact_embedding", whole_embedding)
    whole = trained(build(), data, SCHEMES[name])
    for part, weight in whole.items():
        torch.testing.assert_close(compact[part], weight, rtol=0, atol=1e-6, msg=part)


@pytest.mark.parametrize("is_trained", [False, True])
def test_rows_without_a_text_stay_as_they_were(
    build: Callable[..., StudentNetwork], data: TrainingSet, is_trained: bool
) -> None:
    network = build(architecture(trained=is_trained))
    before = network.input.table.weight.detach().clone()
    after = trained(network, data, Plain(schedule=SHORT))["input.table.weight"]
    used = np.setdiff1d(data.encoded.ids, [0]) if is_trained else np.array([], dtype=int)
    moved = (after != before).any(dim=1).nonzero().flatten().tolist()
    assert moved == used.tolist()
    assert len(before) > len(used)


@pytest.mark.parametrize(("texts", "epochs", "share", "steps"), [(40, 2, 1.0, 6), (40, 2, 0.5, 3), (5, 0.1, 0.1, 1)])
def test_exactly_so_many_steps_at_the_scheduled_rate(
    build: Callable[..., StudentNetwork],
    data: TrainingSet,
    monkeypatch: pytest.MonkeyPatch,
    texts: int,
    epochs: float,
    share: float,
    steps: int,
) -> None:
    rates: list[float] = []
    step = torch.optim.AdamW.step

    def spy(self: torch.optim.AdamW, *arguments: Any) -> Any:
        rates.extend({group["lr"] for group in self.param_groups})
        return step(self, *arguments)

    monkeypatch.setattr(torch.optim.AdamW, "step", spy)
    few = TrainingSet(
        encoded=replace(data.encoded, offsets=data.encoded.offsets[: texts + 1]), labels=data.labels[:texts]
    )
    schedule = Schedule(epochs=epochs, batch_size=16, learning_rate=0.01)
    report = train(build(), few, HardLabels(schedule=schedule), seeds=SeedTree(0), share=share)
    assert report.steps == len(rates) == steps
    assert rates == [0.01 * schedule.rate(number, steps) for number in range(steps)]
    assert report.texts == {6: 80, 3: 40, 1: 5}[steps]
    assert report.seconds > 0


def test_unlabelled_texts_are_learnt_from_soft_labels_alone(
    build: Callable[..., StudentNetwork], data: TrainingSet
) -> None:
    few = replace(data, labels=np.where(np.arange(len(data)) < 80, data.labels, UNLABELLED))
    schedule = replace(SHORT, transfer=1.0)
    report = train(build(), few, Plain(schedule=schedule), seeds=SeedTree(0))
    assert (report.steps, report.texts) == (20, 320)
    none = train(build(), few, Plain(schedule=replace(schedule, transfer=0.0)), seeds=SeedTree(0))
    assert (none.steps, none.texts) == (10, 160)
    # Other labels behind them change nothing: there are none.
    first = trained(build(), few, Plain(schedule=schedule))
    assert same(first, trained(build(), few, Plain(schedule=schedule)))
    assert not same(first, trained(build(), data, Plain(schedule=replace(schedule, epochs=4 / 3))))


def test_the_table_and_the_biases_are_not_decayed(build: Callable[..., StudentNetwork]) -> None:
    network = build()
    objective = torch.nn.Linear(3, 2)
    decayed, free = trainer._optimizer(network, objective, SHORT).param_groups
    assert decayed["weight_decay"] == SHORT.weight_decay
    assert free["weight_decay"] == 0
    names = {id(weight): name for name, weight in network.named_parameters()}
    assert "input.table.weight" in {names.get(id(weight)) for weight in free["params"]}
    assert all(weight.ndim >= 2 for weight in decayed["params"])
    assert len(decayed["params"]) + len(free["params"]) == len(names) + 2


@pytest.mark.parametrize("scheme", [Plain(schedule=LONG), HardLabels(schedule=LONG)], ids=["teacher", "hard labels"])
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_small_student_learns(
    build: Callable[..., StudentNetwork],
    data: TrainingSet,
    task: Task,
    prepared_teacher: PreparedTeacher,
    scheme: Scheme,
    precision: Any,
) -> None:
    network = build()
    assert accuracy(network, prepared_teacher, task) < 0.75
    with_teacher = data if isinstance(scheme, Plain) else replace(data, outputs=None)
    report = train(network, with_teacher, scheme, seeds=SeedTree(0), precision=precision)
    assert accuracy(network, prepared_teacher, task) >= 0.88
    assert report.precision == precision
    assert report.last_loss < 0.5 * report.first_loss
    assert not network.training


def test_each_loss_falls(build: Callable[..., StudentNetwork], data: TrainingSet) -> None:
    off = {"soft_labels": 0.0, "hard_labels": 0.0, "pooled_states": 0.0, "token_relations": 0.0}
    for name in off:
        scheme = Plain(schedule=replace(LONG, epochs=4), **off | {name: 1.0})
        report = train(build(), data, scheme, seeds=SeedTree(0), precision="float32")
        assert report.last_loss < 0.8 * report.first_loss, name


def test_a_narrow_student_is_trained_in_float32(build: Callable[..., StudentNetwork], data: TrainingSet) -> None:
    report = train(build(), data, HardLabels(schedule=SHORT), seeds=SeedTree(0), share=0.1)
    assert report.precision == "float32"


@pytest.mark.parametrize("scheme", [Plain, HardLabels])
def test_a_far_too_high_rate_is_noticed_within_a_few_steps(
    build: Callable[..., StudentNetwork], data: TrainingSet, scheme: Callable[..., Scheme]
) -> None:
    network = build()
    heard: list[Event] = []
    with pytest.raises(DivergenceError, match=r"by step [0-5]\. A lower learning rate may help"):
        train(
            network,
            data,
            scheme(schedule=replace(LONG, learning_rate=1e6)),
            seeds=SeedTree(0),
            listener=heard.append,
        )
    assert len(heard) == 1
    assert network.input.table.num_embeddings > len(np.unique(data.encoded.ids))


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_values_that_are_no_numbers_are_noticed_at_once(
    build: Callable[..., StudentNetwork], data: TrainingSet, value: float
) -> None:
    assert data.outputs is not None
    logits = np.full_like(data.outputs.logits, value)
    broken = replace(data, outputs=replace(data.outputs, logits=logits))
    with pytest.raises(DivergenceError, match="the loss is nan at step 0"):
        train(build(), broken, Plain(schedule=SHORT), seeds=SeedTree(0))


losses = st.lists(st.floats(0, 1), min_size=1, max_size=300)


@given(losses, st.floats(0, 1))
def test_noise_about_where_it_began_is_no_divergence(values: list[float], first: float) -> None:
    watch = DivergenceWatch()
    for step, loss in enumerate([first, *values]):
        watch.see(loss, step)
    assert watch.first == first
    assert min(first, *values) <= watch.smoothed <= max(first, *values)


@given(losses, st.floats(50, 1e30))
def test_a_loss_that_stays_high_is_a_divergence(values: list[float], high: float) -> None:
    watch = DivergenceWatch()
    for step, loss in enumerate(values):
        watch.see(loss, step)
    with pytest.raises(DivergenceError, match="the loss grew from"):
        for step in range(20):
            watch.see(high, len(values) + step)


def test_a_hard_text_after_a_well_learnt_epoch_is_no_divergence() -> None:
    watch = DivergenceWatch()
    for step, loss in enumerate([0.7, *[0.001] * 500, 6.0, 0.001, 3.0]):
        watch.see(loss, step)
    assert watch.smoothed < 0.2


@pytest.mark.parametrize("loss", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_named_with_its_step(loss: float) -> None:
    watch = DivergenceWatch()
    watch.see(1.0, 0)
    with pytest.raises(DivergenceError, match=f"the loss is {loss} at step 1"):
        watch.see(loss, 1)


def test_progress_names_the_stage_and_ends(build: Callable[..., StudentNetwork], data: TrainingSet) -> None:
    heard: list[Event] = []
    scheme = HardLabels(schedule=SHORT)
    report = train(build(), data, scheme, seeds=SeedTree(0), stage="x: training", listener=heard.append)
    events = [event for event in heard if isinstance(event, Progress)]
    assert [event.done for event in events] == [1, 21, 30]
    assert {(event.stage, event.total, event.unit) for event in events} == {("x: training", 30, "steps")}
    told = {name: getattr(report, name) for name in TrainingReport.__dataclass_fields__}
    assert told.pop("left") == {}
    assert report.to_record() == told


def test_nothing_is_printed(
    build: Callable[..., StudentNetwork], data: TrainingSet, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    train(build(), data, Plain(schedule=SHORT), seeds=SeedTree(0), share=0.1)
    assert capfd.readouterr() == ("", "")
    assert not list(tmp_path.iterdir())
