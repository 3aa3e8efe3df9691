"""Robust distillation: repeats itself, is plain distillation with all off, and makes students that lose fewer texts."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from rosearch.attacks.goal import MarginScore
from rosearch.attacks.pwws import PWWS
from rosearch.core.errors import ConfigError
from rosearch.core.rng import SeedTree
from rosearch.data.task import Task
from rosearch.device import seeded
from rosearch.distillation.adversaries.adversary import Adversary
from rosearch.distillation.adversaries.attacked_texts import AttackedTexts
from rosearch.distillation.adversaries.convex_hull import ConvexHull
from rosearch.distillation.adversaries.free_lb import FreeLB
from rosearch.distillation.adversaries.gradient_swaps import GradientSwaps
from rosearch.distillation.adversaries.worst_draws import WorstDraws
from rosearch.distillation.consistency import consistency_loss
from rosearch.distillation.defence import defence_of
from rosearch.distillation.epoch import Epoch
from rosearch.distillation.learner import Learner, Probe
from rosearch.distillation.objective import Objective
from rosearch.distillation.perturbations.character_edits import CharacterEdits
from rosearch.distillation.perturbations.word_substitution import WordSubstitution
from rosearch.distillation.plain import Plain
from rosearch.distillation.robust import Robust
from rosearch.distillation.schedule import Schedule
from rosearch.distillation.scheme import Scheme
from rosearch.distillation.trainer import train
from rosearch.distillation.training_set import TextSource, TrainingSet
from rosearch.lexicons.table import Table
from rosearch.space.architecture import Architecture, InputGenes
from rosearch.space.dag import Cell, Node
from rosearch.space.operation import SelfAttention
from rosearch.students.inputs import svd_embedding
from rosearch.students.network import StudentNetwork
from rosearch.students.student import Student
from rosearch.teachers.teacher import PreparedTeacher

SHORT = Schedule(epochs=2, batch_size=16, learning_rate=3e-3)
LONG = Schedule(epochs=8, batch_size=16, learning_rate=1e-2)
OFF: dict[str, Any] = {"perturbed": 0.0, "consistency": 0.0, "adversaries": ()}
Weights = dict[str, torch.Tensor]
ADVERSARIES: dict[str, Callable[[Table], Adversary]] = {
    "gradient swaps": lambda lexicon: GradientSwaps(
        perturbations=(WordSubstitution(lexicons=(lexicon,)), CharacterEdits())
    ),
    "gradient swaps, two steps": lambda lexicon: GradientSwaps(
        perturbations=(WordSubstitution(lexicons=(lexicon,)), CharacterEdits()), steps=2
    ),
    "worst draws": lambda lexicon: WorstDraws(
        perturbations=(WordSubstitution(lexicons=(lexicon,)), CharacterEdits()), draws=3
    ),
    "convex hull": lambda lexicon: ConvexHull(lexicons=(lexicon,)),
    "convex hull, two climbs": lambda lexicon: ConvexHull(lexicons=(lexicon,), steps=2),
    "free lb": lambda _: FreeLB(steps=2),
    "attacked texts": lambda lexicon: AttackedTexts(attack=PWWS(lexicon=lexicon), texts=40, every=1, max_queries=30),
}


@pytest.fixture(scope="module")
def data(prepared_teacher: PreparedTeacher, task: Task) -> TrainingSet:
    source = TextSource(
        texts=task.train.texts, tokenizer=prepared_teacher.tokenizer(), max_length=prepared_teacher.max_length
    )
    return TrainingSet(
        encoded=source.encode(source.texts),
        labels=task.train.labels,
        outputs=prepared_teacher.outputs(task.train.texts),
        source=source,
    )


@pytest.fixture
def lexicon(toy_lexicon: Path) -> Table:
    return Table(path=str(toy_lexicon))


@pytest.fixture
def build(prepared_teacher: PreparedTeacher) -> Callable[..., StudentNetwork]:
    table = prepared_teacher.word_embeddings()

    def network(*, trained: bool = True) -> StudentNetwork:
        cell = Cell(nodes=(Node(operation=SelfAttention(heads=2), inputs=(0,)),))
        genes = InputGenes(rank=8, trained=trained)
        architecture = Architecture(input=genes, width=16, pooling="mean", shared=False, layout=(0,), cells=(cell,))
        with seeded(0):
            student = StudentNetwork(architecture, vocabulary_size=len(table), classes=2)
        student.input.load_table(svd_embedding(table, genes.rank))
        return student

    return network


def trained(network: StudentNetwork, data: TrainingSet, scheme: Scheme, *, seed: int = 0) -> Weights:
    train(network, data, scheme, seeds=SeedTree(seed), precision="float32")
    return {name: weight.detach().clone() for name, weight in network.state_dict().items()}


def robust(lexicon: Table, **fields: Any) -> Robust:
    words = WordSubstitution(lexicons=(lexicon,))
    adversaries = tuple(make(lexicon) for make in ADVERSARIES.values())
    given = {"schedule": SHORT, "perturbations": (words, CharacterEdits()), "adversaries": adversaries}
    return Robust(**given | {"consistency": 0.5, "piece_dropout": 0.1} | fields)


@pytest.mark.parametrize("is_trained", [True, False])
def test_the_same_seed_gives_the_same_weights_to_the_last_bit(
    build: Callable[..., StudentNetwork], data: TrainingSet, lexicon: Table, is_trained: bool
) -> None:
    found = [trained(build(trained=is_trained), data, robust(lexicon), seed=seed) for seed in (0, 0, 1)]
    assert all(torch.equal(weight, found[1][name]) for name, weight in found[0].items())
    assert not torch.equal(found[0]["head.weight"], found[2]["head.weight"])


def test_with_everything_off_it_is_plain_distillation(
    build: Callable[..., StudentNetwork], data: TrainingSet, lexicon: Table
) -> None:
    off = trained(build(), data, robust(lexicon, **OFF))
    for name, weight in trained(build(), data, Plain(schedule=SHORT)).items():
        torch.testing.assert_close(off[name], weight, rtol=0, atol=1e-6, msg=name)


@pytest.mark.parametrize(
    "part",
    [
        {"perturbed": 1.0},
        {"consistency": 1.0},
        {"perturbed": 1.0, "perturbations": (), "piece_dropout": 0.5},
        *({"adversaries": name} for name in ADVERSARIES),
    ],
    ids=["perturbed", "consistency", "piece dropout", *ADVERSARIES],
)
def test_each_part_changes_the_student(
    build: Callable[..., StudentNetwork], data: TrainingSet, lexicon: Table, part: dict[str, Any]
) -> None:
    fields = {name: (ADVERSARIES[value](lexicon),) if name == "adversaries" else value for name, value in part.items()}
    off, on = (trained(build(), data, robust(lexicon, **OFF | given)) for given in ({}, fields))
    assert not torch.allclose(off["head.weight"], on["head.weight"], atol=1e-4)


def test_a_robust_student_loses_fewer_texts(
    build: Callable[..., StudentNetwork],
    data: TrainingSet,
    lexicon: Table,
    task: Task,
    prepared_teacher: PreparedTeacher,
) -> None:
    def resists(scheme: Scheme) -> float:
        network = build()
        train(network, data, scheme, seeds=SeedTree(0), precision="float32")
        student = Student(
            network,
            prepared_teacher.tokenizer(),
            label_names=task.label_names,
            max_length=prepared_teacher.max_length,
        )
        results = PWWS(lexicon=lexicon).run(
            student, task.dev.texts, task.dev.labels.tolist(), score=MarginScore(), seeds=0
        )
        return float(np.mean([result.robust for result in results]))

    plain = resists(Plain(schedule=LONG))
    words = {"perturbations": (WordSubstitution(lexicons=(lexicon,)),), "schedule": LONG}
    assert resists(robust(lexicon, **OFF | words | {"perturbed": 1.0, "piece_dropout": 0.0})) > plain + 0.05


def test_consistency_is_zero_for_equal_answers_and_teaches_only_the_perturbed_one() -> None:
    generator = torch.Generator().manual_seed(0)
    clean, other = (torch.randn((4, 3), generator=generator).requires_grad_() for _ in range(2))
    assert consistency_loss(clean, clean).item() == pytest.approx(0, abs=1e-7)
    assert consistency_loss(clean, other).item() == pytest.approx(consistency_loss(other, clean).item())
    consistency_loss(other, clean).backward()
    assert clean.grad is None
    assert other.grad is not None
    assert float(other.grad.abs().sum()) > 0


@pytest.mark.parametrize("name", ["worst draws", "convex hull", "convex hull, two climbs", "free lb", "attacked texts"])
def test_what_an_adversary_finds_is_harder_than_the_clean_texts(
    build: Callable[..., StudentNetwork], data: TrainingSet, lexicon: Table, name: str
) -> None:
    network = build()
    train(network, data, Plain(schedule=LONG), seeds=SeedTree(0), precision="float32")
    scheme = robust(lexicon, **OFF | {"adversaries": (ADVERSARIES[name](lexicon),)})
    learner = Learner(
        network=network,
        objective=Objective(scheme, pooled_width=16, teacher_width=0),
        places=np.arange(network.input.table.num_embeddings),
        device=torch.device("cpu"),
        precision="float32",
    )
    defence = defence_of(scheme, data, seeds=SeedTree(0))
    assert defence is not None
    defence.enter(Epoch(number=1, rows=np.arange(len(data))), learner, progress=1.0)
    clean = hard = 0.0
    for rows in np.arange(len(data)).reshape(-1, 40):
        batch, probe = data.batch(rows, scheme, places=learner.places, device=learner.device), Probe()
        with learner.embeddings(probe):
            loss, output = learner.loss(batch)
        clean += learner.descend(loss)
        hard += defence.learn(learner, batch, rows, clean=output, probe=probe)
    # Only 40 of the 240 texts are attacked, and count as so many.
    assert hard > (clean / 6 if name == "attacked texts" else clean) * 1.1


def test_strength_rises_along_the_ramp() -> None:
    assert [Robust(ramp=0.5).strength(progress) for progress in (0.25, 0.5, 1.0)] == [0.5, 1.0, 1.0]
    assert Robust(ramp=0.0).strength(0.01) == 1.0


def test_without_texts_it_says_what_is_missing(
    build: Callable[..., StudentNetwork], data: TrainingSet, lexicon: Table
) -> None:
    alone = TrainingSet(encoded=data.encoded, labels=data.labels, outputs=data.outputs)
    with pytest.raises(ConfigError, match="give the training set its source"):
        train(build(), alone, robust(lexicon), seeds=SeedTree(0))


def test_it_is_written_as_tables(toy_lexicon: Path) -> None:
    table = {"kind": "table", "path": str(toy_lexicon)}
    scheme = Scheme.from_config(
        {
            "kind": "robust",
            "consistency": 0.5,
            "perturbations": [{"kind": "word_substitution", "lexicons": [table]}, "character_edits"],
            "adversaries": [{"kind": "convex_hull", "lexicons": [table], "weight": 0.5}, "gradient_swaps"],
        }
    )
    assert isinstance(scheme, Robust)
    assert Scheme.from_config(scheme.to_config()) == scheme
    assert scheme.perturbations[1] == CharacterEdits()


def test_the_content_of_lexicons_decides_and_not_their_place(tmp_path: Path, toy_lexicon: Path) -> None:
    copy, other = tmp_path / "copy.json", tmp_path / "other.json"
    copy.write_bytes(toy_lexicon.read_bytes())
    other.write_text('{"movie": ["flick"]}')
    first, same, different = (robust(Table(path=str(path))).genes() for path in (toy_lexicon, copy, other))
    assert first == same != different


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"perturbations": (), "perturbed": 1.0}, "need perturbations"),
        ({"soft_labels": 0.0, "hard_labels": 0.0}, "one of soft_labels and hard_labels must be positive"),
        ({"consistency": -1.0}, "weights must not be negative"),
        ({"ramp": 2.0}, r"ramp must be in \[0, 1\]"),
        ({"adversaries": [{"kind": "worst_draws", "draws": 0}]}, "draws must be at least 1"),
        ({"adversaries": [{"kind": "worst_draws", "perturbations": []}]}, "perturbations must name at least one"),
        ({"adversaries": [{"kind": "gradient_swaps", "weight": 0}]}, "leave the adversary out to switch it off"),
    ],
)
def test_what_makes_no_sense_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Scheme.from_config({"kind": "robust", **fields})
