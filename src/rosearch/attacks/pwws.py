"""PWWS: synonyms from WordNet, in an order that weighs saliency by what a swap gains."""

from dataclasses import dataclass, field
from typing import Literal, final

from rosearch.attacks.attack import Attack, Compat
from rosearch.attacks.constraints.constraint import Constraint
from rosearch.attacks.constraints.repeat_modification import RepeatModification
from rosearch.attacks.constraints.stop_words import StopWordModification
from rosearch.attacks.dialogue import Search, Start
from rosearch.attacks.search_methods.greedy_word_importance import GreedyWordImportance
from rosearch.attacks.transformations.lexicon_swap import LexiconSwap
from rosearch.lexicons.lexicon import Lexicon
from rosearch.lexicons.wordnet import WordNet


@final
@dataclass(frozen=True, kw_only=True)
class PWWS(Attack):
    """Probability-weighted word saliency: black-box synonym substitution.

    Ranks words by the softmax of their saliency times the best score that one synonym reaches, then swaps in that
    order whatever raises the score most, until the prediction changes.

    Args:
        lexicon: Where synonyms come from.
        compat: ``"textattack"`` follows TextAttack 0.3.11.

    References:
        Ren, Deng, He, Che (2019). Generating Natural Language Adversarial Examples through Probability Weighted Word
        Saliency. ACL 2019, https://aclanthology.org/P19-1103

    Differences from the paper, all TextAttack's: no named entities; synonyms of any part of speech; stop words stay;
    candidates are asked again on the text as it is, and a swap that does not raise the score is left out; with
    ``ProbabilityScore`` the factor is the score that a swap reaches, not its gain (with ``MarginScore`` it is the
    gain, as in the paper, because a margin has no natural zero).
    """

    lexicon: Lexicon = field(default_factory=WordNet)
    compat: Compat = "textattack"
    kind: Literal["pwws"] = "pwws"

    def search(self, start: Start) -> Search:
        """Attacks one text."""
        method = GreedyWordImportance(importance="weighted_saliency")
        return method.search(start, LexiconSwap(self.lexicon), self.constraints())

    def constraints(self) -> tuple[Constraint, ...]:
        """Returns: no word twice, no stop words."""
        return (RepeatModification(), StopWordModification())
