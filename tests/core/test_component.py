"""Components: plain data in, the same plain data out, and an error that names the nearest word."""

import importlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rosearch.attacks.attack import Attack
from rosearch.attacks.goal import Score
from rosearch.core.component import Component, nearest, validate
from rosearch.core.errors import ConfigError
from rosearch.core.fingerprint import canonical_json
from rosearch.data.characters import Characters
from rosearch.data.task import TaskSource
from rosearch.distillation.plain import Plain
from rosearch.distillation.schedule import Schedule
from rosearch.distillation.scheme import Scheme
from rosearch.executors.executor import Executor
from rosearch.fitness.fitness import Fitness
from rosearch.lexicons.lexicon import Lexicon
from rosearch.lexicons.pretrained_mlm import PretrainedMaskedLM
from rosearch.search.configuration import Configuration, SearchSettings
from rosearch.search.strategy import Strategy
from rosearch.space.operation import Operation
from rosearch.space.space import DagSpace
from rosearch.teachers.pretrained import FineTuning, Pretrained
from rosearch.teachers.teacher import Teacher

FAMILIES: tuple[type[Component], ...] = (
    Attack,
    Characters,
    Executor,
    Lexicon,
    Operation,
    Scheme,
    Score,
    Strategy,
    TaskSource,
    Teacher,
)
NEEDED = {
    "files": {"train": Path("train.tsv")},
    "table": {"path": "synonyms.json"},
    "vectors": {"path": "vectors.txt"},
    "given": {"name": "x", "fingerprint": "y"},
    "hub": {"dataset": "a/b"},
    "logits": {"path": Path("logits.csv")},
    "bae": {"mlm": PretrainedMaskedLM(model="a/b")},
    "bert-attack": {"mlm": PretrainedMaskedLM(model="a/b")},
    "textattack": {"recipe": "pwws", "python": "oracle/bin/python"},
}


class Fruit(Component):
    family: ClassVar[str] = "fruit"


@dataclass(frozen=True, kw_only=True)
class Apple(Fruit):
    kind: Literal["apple"] = "apple"
    weight: int = 1


@dataclass(frozen=True, kw_only=True)
class Pear(Fruit):
    kind: Literal["pear"] = "pear"

    def __post_init__(self) -> None:
        raise ValueError("pears are out of season")


@dataclass(frozen=True, kw_only=True)
class Handle:
    length: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Rope:
    length: float


@dataclass(frozen=True, kw_only=True)
class Basket(Component):
    best: Fruit = field(default_factory=Apple)
    others: tuple[Fruit, ...] = ()
    handle: Handle = field(default_factory=Handle)


def shipped() -> Iterator[Any]:
    for family in FAMILIES:
        for module in family.members:
            importlib.import_module(module)
        # Other test modules define members of their own, which are not shipped.
        members = {kind: member for kind, member in family.kinds.items() if member.__module__.startswith("rosearch.")}
        for kind, member in sorted(members.items()):
            yield pytest.param(family, member(**NEEDED.get(kind, {})), id=f"{family.family}-{kind}")
    for component in (Fitness(), DagSpace.preset("tiny"), SearchSettings(), Configuration()):
        yield pytest.param(type(component), component, id=type(component).__name__)


@pytest.mark.parametrize(("family", "component"), tuple(shipped()))
def test_every_shipped_component_survives_plain_data(family: type[Component], component: Component) -> None:
    again = json.loads(canonical_json(component.to_config()))
    assert family.from_config(again) == component
    assert family.from_config(component) is component


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.family)
def test_every_member_of_a_family_is_found_by_the_modules_that_it_names(family: type[Component]) -> None:
    with pytest.raises(ConfigError, match=f"unknown {family.family} kind 'nothing'"):
        family.from_config("nothing")
    assert family.kinds
    assert all(member.__dataclass_params__.frozen for member in family.kinds.values())  # type: ignore[attr-defined]


positive = st.floats(min_value=1e-6, max_value=1e6)
schedules = st.builds(
    Schedule,
    epochs=positive,
    batch_size=st.integers(1, 1000),
    learning_rate=positive,
    warm_up_share=st.floats(0, 0.99),
    weight_decay=positive,
    max_gradient_norm=positive,
)
plains = st.builds(Plain, schedule=schedules, softmax_temperature=positive, soft_labels=positive, hard_labels=positive)
teachers = st.builds(
    Pretrained,
    model=st.text(),
    fine_tuning=st.builds(
        FineTuning, epochs=st.integers(1, 9), learning_rate=positive, max_texts=st.none() | st.integers(1, 9)
    ),
    max_length=st.integers(4, 512),
)
fitnesses = st.builds(
    Fitness,
    scheme=plains | st.sampled_from(["plain", "hard_labels"]),
    attacks=st.sampled_from([("pwws",), ({"kind": "deepwordbug", "max_edit_distance": 3}, "pwws")]),
    unseen=st.just(()),
    budgets=st.sets(st.integers(1, 500)).map(lambda budgets: tuple(sorted(budgets))),
    share=st.floats(1e-6, 1),
)


@given(plains | teachers | fitnesses)
def test_values_of_any_size_survive_plain_data(component: Component) -> None:
    assert type(component).from_config(json.loads(canonical_json(component.to_config()))) == component


def test_strings_tables_and_objects_mean_the_same() -> None:
    expected = Basket(best=Apple(), others=(Apple(weight=2), Apple()))
    assert Basket.from_config({"best": "apple", "others": [{"kind": "apple", "weight": 2}, "apple"]}) == expected
    assert Basket.from_config({"best": Apple(), "others": (Apple(weight=2), {"kind": "apple"})}) == expected
    assert Fitness(scheme="plain", attacks=["pwws"]) == Fitness()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"best": "aple"}, r"fruit: unknown fruit kind 'aple'. Did you mean 'apple'\? Known: apple, pear."),
        ({"best": {"kind": "apple", "wieght": 3}}, r"fruit: unknown key 'wieght'. Did you mean 'weight'\?"),
        ({"best": {"weight": 3}}, "fruit: kind is missing. Known: apple, pear."),
        ({"best": {"kind": ["apple"]}}, r"unknown fruit kind \['apple'\]"),
        ({"best": 3}, "expected a table or the name of a kind, got 3"),
        (
            {"others": ["apple", {"kind": "apple", "weight": "heavy"}]},
            "weight: Input should be a valid integer.*'heavy'",
        ),
        ({"bset": "apple"}, r"Basket: unknown key 'bset'. Did you mean 'best'\? Known: best, handle, others."),
        ({"handle": {"lenght": 3}}, r"Basket: unknown key 'handle.lenght'. Did you mean 'length'\?"),
        ({"handle": {"length": "long"}}, "Basket: handle.length: Input should be a valid number"),
        ({"best": "pear"}, "^fruit: pears are out of season"),
    ],
)
def test_what_does_not_fit_is_named_with_the_nearest_word(data: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Basket.from_config(data)


def test_a_missing_key_says_what_it_is_for_with_an_example() -> None:
    for kind in ("bae", "bert-attack"):
        with pytest.raises(ConfigError) as raised:
            Attack.from_config(kind, where="--recipe")
        assert str(raised.value) == (
            "--recipe: mlm is missing. The masked language model, such as "
            '{kind = "pretrained-mlm", model = "google-bert/bert-base-uncased"}.'
        )
    with pytest.raises(ConfigError, match=r"^here: length is missing\.$"):
        validate(Rope, {}, where="here")


def test_each_fault_is_a_line_and_the_place_is_named() -> None:
    with pytest.raises(ConfigError) as raised:
        Scheme.from_config({"kind": "plain", "soft_label": 1, "schedule": {"epoch": 3}}, where="[fitness.scheme]")
    lines = str(raised.value).splitlines()
    assert len(lines) == 2
    assert all(line.startswith("[fitness.scheme]: unknown key") for line in lines)
    assert re.search("'soft_label'. Did you mean 'soft_labels'", str(raised.value))
    assert re.search("'schedule.epoch'. Did you mean 'epochs'", str(raised.value))


def test_families_do_not_share_their_kinds() -> None:
    assert "pwws" in Attack.kinds
    assert "pwws" not in Scheme.kinds
    assert set(Fruit.kinds) == {"apple", "pear"}


def test_two_attacks_of_one_name_are_refused() -> None:
    with pytest.raises(ConfigError, match="2 attacks named 'pwws'"):
        Fitness.from_config({"attacks": ["pwws", {"kind": "pwws", "lexicon": {"kind": "table", "path": "x.json"}}]})
    with pytest.raises(ConfigError, match="2 attacks named 'deepwordbug'"):
        Fitness.from_config({"attacks": ["deepwordbug"]})


@given(st.text(max_size=9), st.sets(st.text(min_size=1, max_size=9), min_size=1))
def test_every_known_name_is_listed_and_only_a_known_one_is_suggested(name: str, known: set[str]) -> None:
    sentence = nearest(name, known)
    assert sentence.endswith(f"Known: {', '.join(sorted(known))}.")
    if sentence.startswith("Did you mean"):
        assert any(sentence.startswith(f"Did you mean {candidate!r}?") for candidate in known)


def test_paths_are_plain_data_too(tmp_path: Path) -> None:
    source = TaskSource.from_config({"kind": "files", "train": str(tmp_path / "train.tsv")})
    assert TaskSource.from_config(json.loads(canonical_json(source.to_config()))) == source
