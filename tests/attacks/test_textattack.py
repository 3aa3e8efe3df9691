"""TextAttack's place is taken by a program that speaks its worker's protocol; benchmarks/parity.py asks TextAttack."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from rosearch.attacks import Attack, MarginScore
from rosearch.attacks.textattack import attack as module
from rosearch.attacks.textattack.attack import TextAttack
from rosearch.attacks.textattack.environment import Environment
from rosearch.core.errors import AssetError, AttackError, ConfigError, RoSearchError
from rosearch.core.events import Event, Notice
from rosearch.core.rng import SeedTree
from rosearch.lexicons import Table
from rosearch.lexicons.pretrained_mlm import PretrainedMaskedLM
from rosearch.testing.attack_conformance import SENTENCES, AttackConformance, HashedWords
from rosearch.testing.toy_resources import BagOfVectors, DrawnWords

VICTIM = HashedWords()
LABELS = VICTIM.labels(SENTENCES)
Make = Callable[..., TextAttack]


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    program = Path(__file__).parent / "stand_in_textattack.py"
    path = tmp_path_factory.mktemp("environment") / "python"
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{program}" "$@"\n', encoding="utf-8")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def make(python: str) -> Iterator[Make]:
    yield lambda recipe, **fields: TextAttack(recipe=recipe, python=python, **fields)
    module._close_idle()


class TestTextAttack(AttackConformance):
    @pytest.fixture(params=["drop", "climb"])
    def attack(self, request: pytest.FixtureRequest, make: Make) -> Attack:
        return make(request.param)


def test_it_succeeds_and_says_who_attacked(make: Make) -> None:
    events: list[Event] = []
    attack = make("drop")
    results = attack.run(VICTIM, SENTENCES, LABELS, score=MarginScore(), seeds=SeedTree(0), listener=events.append)
    assert {result.status for result in results} == {"success", "failed"}
    notices = [event.text for event in events if isinstance(event, Notice)]
    assert notices == [f"drop is run by TextAttack 0.3.11 of {attack.python}."]


def test_one_process_serves_all_texts_and_the_next_run(make: Make) -> None:
    attack = make("drop")
    attack.prepare()
    process = module._idle[attack]
    for _ in range(2):
        attack.run(VICTIM, SENTENCES, LABELS, score=MarginScore(), seeds=0)
        assert module._idle == {attack: process}


def test_the_encoder_is_ours(make: Make) -> None:
    (result,) = make("encode", encoder=BagOfVectors(width=16)).run(
        VICTIM, SENTENCES[:1], LABELS[:1], score=MarginScore(), seeds=0
    )
    assert result.adversarial == f"{SENTENCES[0]} 1 16"


@pytest.mark.parametrize(
    ("recipe", "kind", "words"),
    [
        ("importing", AssetError, "cannot be imported: a cause of its own. Install it there"),
        ("missing", AssetError, "may not download it: a cause of its own. Put it there"),
        ("building", ConfigError, "'building' cannot be run here: a cause of its own."),
        ("nonesuch", ConfigError, "unknown recipe 'nonesuch'. Known: climb, drop."),
        ("garbled", AttackError, "said b'Downloading..."),
        ("dead", AttackError, "process ended with code 1, after: ...out of memory"),
        ("silent", AttackError, "no word from TextAttack for 0.5 s. Set timeout_s higher"),
    ],
)
def test_an_environment_that_does_not_serve_is_told_before_the_model_is_asked(
    make: Make, recipe: str, kind: type[RoSearchError], words: str
) -> None:
    with pytest.raises(kind) as caught:
        make(recipe, timeout_s=0.5 if recipe == "silent" else 30).prepare()
    assert words in str(caught.value)
    assert not module._idle


def test_a_program_that_has_ended_is_told_of_by_what_it_said(tmp_path: Path) -> None:
    (tmp_path / "python").write_text("#!/bin/sh\necho 'what is this?' >&2; exit 3\n", encoding="utf-8")
    (tmp_path / "python").chmod(0o755)
    environment = Environment(str(tmp_path / "python"), timeout_s=30, online=False)
    environment._process.wait()
    environment.say({"recipe": "pwws"})
    with pytest.raises(AttackError, match=r"process ended with code 3, after: \.\.\.what is this\?"):
        environment.hear()
    environment.close()  # nor does what it was never told matter


@pytest.mark.parametrize(
    ("recipe", "words"),
    [("text", "failed on a text: IndexError: list index out of range. Leave"), ("dies", "...segmentation fault")],
)
def test_a_fault_amid_the_texts_names_it(make: Make, recipe: str, words: str) -> None:
    attack = make(recipe)
    with pytest.raises(AttackError) as caught:
        attack.run(VICTIM, SENTENCES, LABELS, score=MarginScore(), seeds=0)
    assert words in str(caught.value)
    assert not module._idle


def test_texts_that_had_ended_are_kept_when_the_model_fails(make: Make) -> None:
    class Tired:
        def logits(self, texts: list[str]) -> np.ndarray:
            if len(texts) == 3 and "sister" in texts[0]:  # amid the fourth text
                raise RuntimeError("tired")
            return VICTIM.logits(texts)

    attack = make("climb")
    whole = attack.run(VICTIM, SENTENCES, LABELS, score=MarginScore(), seeds=0)
    with pytest.raises(AttackError, match="failed on a text of example '3'") as caught:
        attack.run(Tired(), SENTENCES, LABELS, score=MarginScore(), seeds=0)
    assert [result.adversarial for result in caught.value.results] == [result.adversarial for result in whole[:3]]
    again = attack.run(VICTIM, SENTENCES, LABELS, score=MarginScore(), seeds=0)
    assert again == whole


def test_an_interpreter_without_textattack_and_none_at_all() -> None:
    with pytest.raises(AssetError, match=r"TextAttack cannot be imported: No module named .*textattack\.md"):
        TextAttack(recipe="pwws", python=sys.executable).prepare()
    with pytest.raises(AssetError, match=r"/nowhere/python: cannot be started: No such file .* Give with python"):
        TextAttack(recipe="pwws", python="/nowhere/python").prepare()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"recipe": ""}, "recipe must name one of TextAttack's"),
        ({"vectors": Table(path="synonyms.json")}, "vectors must be a lexicon of word vectors"),
        ({"mlm": DrawnWords()}, "mlm must be a pretrained-mlm"),
        ({"timeout_s": 0.0}, "timeout_s must be above 0"),
    ],
)
def test_fields_that_do_not_fit(fields: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        TextAttack(**{"recipe": "pwws", "python": "python", **fields})


def test_the_name_of_an_attack_is_what_decides_its_outcomes(tmp_path: Path) -> None:
    plain = TextAttack(recipe="pwws", python="here")
    assert TextAttack(recipe="pwws", python="there", timeout_s=5, downloads=True).fingerprint() == plain.fingerprint()
    assert TextAttack(recipe="pso", python="here").fingerprint() != plain.fingerprint()
    assert plain.name == "textattack-pwws"
    assert TextAttack(recipe="recipes:Mine", python="here").name == "textattack-recipes-Mine"  # a file's name too
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    handed = TextAttack(recipe="pwws", python="here", mlm=PretrainedMaskedLM(model=str(tmp_path)))
    assert handed.fingerprint() != plain.fingerprint()
