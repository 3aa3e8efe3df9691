"""What every attack promises, as tests: subclass, and give the attack as a fixture."""
# ruff: noqa: S101

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any, final

import numpy as np

from rosearch.attacks.attack import Attack
from rosearch.attacks.goal import MarginScore, ProbabilityScore, Score
from rosearch.attacks.query_cache import QueryCache
from rosearch.attacks.result import AttackResult
from rosearch.attacks.text import WordText
from rosearch.core.protocols import FloatArray, Text
from rosearch.core.rng import SeedTree

SENTENCES = (
    "The movie was good and the story was great.",
    "A bad, boring film -- nobody should pay to see it!",
    "Good Good good; bad bad.",
    "I can't say that this well-made picture moved me, but my sister loved every minute of it.",
    "Short.",
    "The happy couple walked home through the dark wood, singing old songs about work and love and death.",
)
ODD_TEXTS = (
    "",
    " ",
    "x",
    "?!... --",
    "\U0001f600\U0001f600 \U0001f1e9\U0001f1ea",
    "שלום לכולם טוב",
    "good\u200bmovie \u200d bad\ufefffilm",
    "a\tb\nc\r\nd\u00a0e",
    "cafe\u0301 nai\u0308ve",
    "电影 很好",
    "a null\x00 byte in the good\x00movie",
    "ein sehr guter Film, den jeder mag",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" * 20,
)


@final
@dataclass(frozen=True)
class HashedWords:
    """A toy victim: the sum of a weight for each word, drawn from the word's own seed; case does not count.

    Args:
        classes: How many labels.
        factor: Multiplies the logits.
        noise: Shifts logits by up to this, relative to ``factor``, differently in each batch, as float32 models do.
    """

    classes: int = 2
    factor: float = 1.0
    noise: float = 0.0

    def logits(self, texts: Sequence[Text]) -> FloatArray:
        """Returns logits, shape ``(len(texts), classes)``."""
        rows = np.stack([self._row(text) for text in texts])
        if self.noise:
            shift = np.random.default_rng(len(texts) + len(texts[0])).uniform(-1, 1, rows.shape)
            rows = rows + self.noise * shift
        return rows * self.factor

    def labels(self, texts: Sequence[Text]) -> list[int]:
        """Returns the predictions without noise, to be used as gold labels."""
        return [int(self._row(text).argmax()) for text in texts]

    def _row(self, text: Text) -> FloatArray:
        words = WordText(text if isinstance(text, str) else " ".join(text)).words
        rows = [_weights(word.lower(), self.classes) for word in words]
        total: FloatArray = np.sum([np.linspace(0.1, 0.0, self.classes), *rows], axis=0)
        return total


@lru_cache(maxsize=100_000)
def _weights(word: str, classes: int) -> FloatArray:
    return SeedTree(0).child(word).generator().normal(size=classes)


class AttackConformance:
    """Tests of the promises of ``Attack``. A subclass gives a fixture ``attack`` that needs no network."""

    def test_equal_seeds_give_equal_results(self, attack: Attack) -> None:
        """Attacks twice."""
        assert _run(attack, seeds=SeedTree(1)) == _run(attack, seeds=SeedTree(1))

    def test_a_text_is_attacked_alike_in_any_company(self, attack: Attack) -> None:
        """Attacks each text alone, and all in another order."""
        together = [_outcome(result) for result in _run(attack)]
        alone = [_outcome(_run(attack, only=(at,))[0]) for at in range(len(SENTENCES))]
        turned = _run(attack, only=tuple(reversed(range(len(SENTENCES)))))
        assert together == alone == [_outcome(result) for result in reversed(turned)]

    def test_batches_do_not_matter_though_floats_are_noisy(self, attack: Attack) -> None:
        """Attacks a victim whose answers differ by 1e-6 from batch to batch."""
        for classes in (2, 3):
            victim = HashedWords(classes=classes, noise=1e-6)
            runs = [_run(attack, victim=victim, batch_size=size) for size in (1, 5, 256)]
            found = [[(result.status, result.adversarial, result.queries) for result in run] for run in runs]
            assert found[0] == found[1] == found[2]

    def test_multiplying_the_logits_changes_nothing_under_margin(self, attack: Attack) -> None:
        """Attacks victims that differ in a factor only, each with its own scale."""
        runs = [
            _run(attack, victim=HashedWords(factor=factor), score=MarginScore(scale=2.0 * factor), budgets=(5, 20))
            for factor in (1.0, 1e-3, 2.0**-7, 0.3, 17.0, 1e3)
        ]
        found = [[_outcome(result) for result in run] for run in runs]
        assert all(other == found[0] for other in found)

    def test_results_say_what_changed_and_keep_the_constraints(self, attack: Attack) -> None:
        """Reads the texts, not the claims; and asks the victim again."""
        victim = HashedWords()
        for score in (MarginScore(), ProbabilityScore()):
            for result in _run(attack, victim=victim, score=score):
                original, adversarial = WordText(str(result.original)), WordText(str(result.adversarial))
                assert differs_only_at(original, adversarial, result.changed)
                assert all(constraint.holds(original, adversarial) for constraint in attack.constraints())
                prediction = int(victim.logits([result.adversarial])[0].argmax())
                assert prediction == result.prediction_after
                assert (result.status == "failed") == (prediction == result.label)

    def test_one_pass_tells_every_query_budget(self, attack: Attack) -> None:
        """Compares the budget curve with runs that stop at each budget."""
        budgets = (1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144)
        cache, victim = QueryCache(), HashedWords(classes=3)
        whole = _run(attack, victim=victim, budgets=budgets, cache=cache)
        for budget in budgets:
            cut = _run(attack, victim=victim, max_queries=budget, cache=cache)
            assert [result.falls_within[budget] for result in whole] == [not result.robust for result in cut]
            assert all(result.queries <= budget for result in cut)

    def test_any_text_has_an_outcome(self, attack: Attack) -> None:
        """Attacks odd texts, with both labels, so that some are wrong from the start."""
        for label in (0, 1):
            results = attack.run(
                HashedWords(), ODD_TEXTS, [label] * len(ODD_TEXTS), score=MarginScore(), seeds=SeedTree(0)
            )
            assert [result.original for result in results] == list(ODD_TEXTS)

    def test_a_pair_keeps_its_other_field(self, attack: Attack) -> None:
        """Attacks the second of two fields."""
        victim = HashedWords()
        texts: list[Text] = [(sentence, SENTENCES[0]) for sentence in SENTENCES]
        for result in attack.run(victim, texts, victim.labels(texts), score=MarginScore(), seeds=SeedTree(0), field=1):
            assert result.adversarial[0] == result.original[0]

    def test_configuration_and_results_survive_being_written_down(self, attack: Attack) -> None:
        """Writes JSON and reads it again."""
        assert Attack.from_config(json.loads(json.dumps(attack.to_config()))) == attack
        for result in _run(attack, budgets=(5,)):
            assert AttackResult.from_record(json.loads(json.dumps(result.to_record()))) == result


def differs_only_at(original: WordText, adversarial: WordText, changed: Sequence[int]) -> bool:
    """Says whether the words at ``changed`` and no others differ; of a split word, what is left stands in order."""
    if len(original.words) == len(adversarial.words):
        pairs = enumerate(zip(original.words, adversarial.words, strict=True))
        return tuple(changed) == tuple(at for at, (before, after) in pairs if before != after)
    left = iter(adversarial.words)
    return all(word in left for at, word in enumerate(original.words) if at not in set(changed))


def _run(
    attack: Attack,
    *,
    victim: HashedWords = HashedWords(),  # frozen
    only: Sequence[int] = tuple(range(len(SENTENCES))),
    score: Score = MarginScore(),  # noqa: B008  # frozen
    seeds: SeedTree = SeedTree(0),  # noqa: B008  # frozen
    **options: Any,
) -> tuple[AttackResult, ...]:
    texts = [SENTENCES[at] for at in only]
    labels = victim.labels(texts)
    names = [f"example {at}" for at in only]
    return attack.run(victim, texts, labels, score=score, seeds=seeds, example_ids=names, **options)


def _outcome(result: AttackResult) -> Mapping[str, Any]:
    """Leaves out what may differ in company: which of two texts asked first."""
    return asdict(replace(result, computed_queries=0))
