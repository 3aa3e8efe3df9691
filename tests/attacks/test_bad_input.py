"""Texts and victims that nobody wishes for: an outcome or one clear error, and nothing lost."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rosearch.attacks import BAE, PWWS, Attack, BERTAttack, DeepWordBug, MarginScore, TextBugger, TextFooler
from rosearch.attacks.text import WordText
from rosearch.core.errors import AttackError
from rosearch.core.events import Event, Notice
from rosearch.core.protocols import FloatArray, Text
from rosearch.core.rng import SeedTree
from rosearch.lexicons import VectorsFile
from rosearch.testing.attack_conformance import SENTENCES, HashedWords, differs_only_at
from rosearch.testing.toy_resources import BagOfVectors, DrawnWords, LengthTagger

KINDS = ("pwws", "deepwordbug", "textfooler", "textbugger", "bae", "bert-attack")
MODES = ("textattack", "published")


@pytest.fixture(scope="session")
def recipes(vectors: VectorsFile) -> Callable[[str, str], Attack]:
    read = {"tagger": LengthTagger(), "encoder": BagOfVectors()}

    def make(kind: str, compat: str) -> Attack:
        makers: dict[str, Callable[..., Attack]] = {
            "pwws": lambda **mode: PWWS(lexicon=vectors, tagger=LengthTagger(), **mode),
            "deepwordbug": DeepWordBug,
            "textfooler": lambda **mode: TextFooler(lexicon=vectors, **read, **mode),
            "textbugger": lambda **mode: TextBugger(lexicon=vectors, encoder=BagOfVectors(), **mode),
            "bae": lambda **mode: BAE(mlm=DrawnWords(), **read, **mode),
            "bert-attack": lambda **mode: BERTAttack(
                mlm=DrawnWords(), encoder=BagOfVectors(), antonyms=vectors, **mode
            ),
        }
        return makers[kind](compat=compat)

    return make


class Breaking:
    """Answers well until a text with the word "wood" comes."""

    def __init__(self, how: str) -> None:
        self.how = how

    def logits(self, texts: Sequence[Text]) -> FloatArray:
        rows = HashedWords().logits(texts)
        bad = [at for at, text in enumerate(texts) if "wood" in str(text)]
        if bad and self.how == "raises":
            raise RuntimeError("out of memory")
        if bad and self.how == "shape":
            return rows[:, :1]
        rows[bad] = np.nan if self.how == "nan" else np.inf
        return rows


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("raises", "failed on a text of example 'long': RuntimeError"),
        ("shape", "logits of shape"),
        ("nan", "not finite for example 'long'"),
        ("inf", "not finite for example 'long'"),
    ],
)
def test_a_victim_that_breaks_is_named_and_what_had_ended_is_kept(how: str, message: str) -> None:
    victim, texts = Breaking(how), ["", *SENTENCES[:5], "!"]
    labels = [1 - label for label in HashedWords().labels(texts)]
    longer = [*texts, *["word"] * 600, SENTENCES[5]]
    names = [*map(str, range(len(longer) - 1)), "long"]
    with pytest.raises(AttackError, match=message) as caught:
        DeepWordBug().run(
            victim, longer, [*labels, *[0] * 600, 0], score=MarginScore(), seeds=SeedTree(0), example_ids=names
        )
    assert {result.example_id for result in caught.value.results} >= set(map(str, range(len(texts))))


@pytest.mark.parametrize("kind", KINDS)
def test_ten_thousand_words_have_an_outcome(kind: str, recipes: Callable[[str, str], Attack]) -> None:
    class Unmoved:
        def logits(self, texts: Sequence[Text]) -> FloatArray:
            return np.tile([1.0, 0.0], (len(texts), 1))

    text = " ".join(f"good{at}" if at % 3 else "movie" for at in range(10_000))
    (result,) = recipes(kind, "textattack").run(
        Unmoved(), [text], [0], score=MarginScore(), seeds=SeedTree(0), max_queries=10_200
    )
    assert result.status == "failed"
    assert result.words == 10_000
    assert result.queries <= 10_200


@pytest.mark.parametrize(("kind", "noted"), [("pwws", True), ("deepwordbug", False)])
def test_texts_that_are_not_english_are_noted_where_lexicons_are_read(
    kind: str, noted: bool, recipes: Callable[[str, str], Attack]
) -> None:
    german = ["Der Film war gut und die Geschichte hat mir sehr gefallen, auch wenn sie etwas zu lang geraten ist."] * 2
    russian = ["Русский текст о плохом кино и скуке"] * 5
    for texts, wanted in ((german, noted), (list(SENTENCES), False), (russian, noted)):
        heard: list[Event] = []
        recipes(kind, "textattack").run(
            HashedWords(), texts, [0] * len(texts), score=MarginScore(), seeds=SeedTree(0), listener=heard.append
        )
        notes = [event.text for event in heard if isinstance(event, Notice)]
        assert any("English" in note for note in notes) == wanted


COMMON = ("a", "the", "not", "good", "bad", "movie", "story", "great", "happy", "old", "wood", "dark")
WORDS = st.sampled_from((*COMMON, "[x]", "don't", "3.5", "--", "!", "é", "\u200b", "\x00", "מ"))
TEXTS = st.lists(WORDS, max_size=12).map(" ".join) | st.text(max_size=30)


@pytest.mark.parametrize("compat", MODES)
@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=12, deadline=None)
@given(text=TEXTS, label=st.integers(0, 1), seed=st.integers(0, 9))
def test_what_is_reported_is_so(
    kind: str, compat: str, recipes: Callable[[str, str], Attack], text: str, label: int, seed: int
) -> None:
    attack, victim = recipes(kind, compat), HashedWords()
    (result,) = attack.run(victim, [text], [label], score=MarginScore(), seeds=SeedTree(seed))
    original, adversarial = WordText(text), WordText(str(result.adversarial))
    assert differs_only_at(original, adversarial, result.changed)
    assert all(constraint.holds(original, adversarial) for constraint in attack.constraints())
    assert int(victim.logits([adversarial.text])[0].argmax()) == result.prediction_after
    assert (result.status == "success") == (result.prediction_before == label != result.prediction_after)
