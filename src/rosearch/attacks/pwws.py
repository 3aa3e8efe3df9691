"""PWWS: synonyms from WordNet, in an order that weighs saliency by what a swap gains."""

from dataclasses import dataclass, field
from typing import ClassVar, Literal, final

from rosearch.attacks.constraints.constraint import Constraint
from rosearch.attacks.constraints.repeat_modification import RepeatModification
from rosearch.attacks.constraints.stop_words import StopWordModification
from rosearch.attacks.dialogue import Search, Start
from rosearch.attacks.published.pwws import PublishedPWWS
from rosearch.attacks.recipe import Recipe
from rosearch.attacks.search_methods.greedy_word_importance import GreedyWordImportance
from rosearch.attacks.search_methods.search_method import SearchMethod
from rosearch.attacks.transformations.lexicon_swap import LexiconSwap
from rosearch.attacks.transformations.transformation import Transformation
from rosearch.lexicons.lexicon import Lexicon
from rosearch.lexicons.perceptron_tagger import PerceptronTagger
from rosearch.lexicons.tagger import Tagger
from rosearch.lexicons.wordnet import WordNet


@final
@dataclass(frozen=True, kw_only=True)
class PWWS(Recipe):
    """Probability-weighted word saliency: black-box synonym substitution.

    Ranks words by the softmax of their saliency times the best score that one synonym reaches, then swaps in that
    order whatever raises the score most, until the prediction changes.

    Args:
        lexicon: Where synonyms come from.
        tagger: Tells parts of speech, in the published mode.
        compat: ``"textattack"`` follows TextAttack 0.3.11, ``"published"`` the paper, see ``PublishedPWWS``.

    References:
        Ren, Deng, He, Che (2019). Generating Natural Language Adversarial Examples through Probability Weighted Word
        Saliency. ACL 2019, https://aclanthology.org/P19-1103

    Differences from the paper in the mode ``"textattack"``: no named entities; synonyms of any part of speech; stop
    words stay; candidates are asked again on the text as it is, and a swap that does not raise the score is left out;
    with ``ProbabilityScore`` the factor is the score that a swap reaches, not its gain (with ``MarginScore`` it is the
    gain, as in the paper, because a margin has no natural zero).
    """

    published_only: ClassVar[frozenset[str]] = frozenset(("tagger",))
    own_method: ClassVar[SearchMethod] = GreedyWordImportance(importance="weighted_saliency")
    lexicon: Lexicon = field(default_factory=WordNet)
    tagger: Tagger = field(default_factory=PerceptronTagger)
    kind: Literal["pwws"] = "pwws"

    def transformation(self) -> Transformation:
        """Returns: synonyms."""
        return LexiconSwap(self.lexicon)

    def rules(self) -> tuple[Constraint, ...]:
        """Returns: no word twice; no stop words, unless as published."""
        if self.compat == "published":
            return (RepeatModification(),)
        return (RepeatModification(), StopWordModification())

    def published(self, start: Start, constraints: tuple[Constraint, ...]) -> Search:
        """Attacks one text as the paper says."""
        return PublishedPWWS(lexicon=self.lexicon, tagger=self.tagger).search(start, constraints)
