"""Words become the synonyms that the gradient points to. No torch."""

from dataclasses import dataclass, field
from typing import Literal, final

from rosearch.distillation.adversaries.adversary import Adversary
from rosearch.lexicons.lexicon import Lexicon
from rosearch.lexicons.wordnet import WordNet


@final
@dataclass(frozen=True, kw_only=True)
class GradientSwaps(Adversary):
    """Replaces the words that promise most by the synonyms that promise most, to first order.

    The gradient is that of the clean text's loss, which the step needs anyway: nothing but one pass over the new texts
    is added. A word's promise is the product of its gradient with the difference of the two words' mean embeddings.

    Args:
        lexicons: Where synonyms come from.
        share: The most of a text's words that are replaced; each text draws its own share below.
        most_candidates: Synonyms of a word that are looked at; of more, so many are drawn once.
        weight: Of the loss on the new texts.

    References:
        Yoo, Qi (2021). Towards Improving Adversarial Training of NLP Models (A2T). arXiv:2109.00544. Ebrahimi et al.
        (2018), HotFlip, section 3.1, for the first-order estimate. arXiv:1712.06751

    Differences from A2T: all words at once without asking the model in between, no sentence encoder, every step instead
    of a fifth of the texts once an epoch.
    """

    kind: Literal["gradient_swaps"] = "gradient_swaps"
    lexicons: tuple[Lexicon, ...] = field(default_factory=lambda: (WordNet(),))
    share: float = 1.0
    most_candidates: int = 32
    weight: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.share <= 1 or self.most_candidates < 1:
            raise ValueError("share must be in (0, 1] and most_candidates at least 1")
