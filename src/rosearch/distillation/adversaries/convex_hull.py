"""Vectors of words wander between those of their synonyms. No torch."""

from dataclasses import dataclass, field
from typing import Literal, final

from rosearch.distillation.adversaries.adversary import Adversary
from rosearch.lexicons.lexicon import Lexicon
from rosearch.lexicons.wordnet import WordNet


@final
@dataclass(frozen=True, kw_only=True)
class ConvexHull(Adversary):
    """Moves each word's vector inside the convex hull of its synonyms' vectors, to where the loss is high.

    The weights of the synonyms are a softmax that climbs the gradient. The first climb uses the clean loss's gradient,
    which the step needs anyway; each further one costs a pass there and back. The vectors of the synonyms get the
    gradient of the final loss, so that neighbourhoods shrink where it helps.

    Args:
        lexicons: Where synonyms come from.
        steps: Climbs, at least 1.
        sharpness: Logit of the synonym that promises most, per climb; the larger, the nearer to a single synonym.
        looked_at: Synonyms of a word that span its hull; of more, so many are drawn afresh each epoch.
        weight: Of the loss on the moved vectors.

    References:
        Dong, Luu, Ji, Liu (2021). Towards Robustness against Natural Language Word Substitutions (ASCC).
        arXiv:2107.13541. Zhou, Zheng, Hsieh, Chang, Huang (2021). Defense against Synonym Substitution-based
        Adversarial Attacks via Dirichlet Neighborhood Ensemble (DNE). arXiv:2006.11627

    Differences from ASCC: the first climb starts at the text itself instead of a random point, and its step is that of
    the normalised gradient; no entropy term, ``sharpness`` does its work. A synonym of several pieces counts as the
    mean of their vectors, and a word of several pieces is moved as one. Differences from DNE: no ensemble when
    answering.
    """

    kind: Literal["convex_hull"] = "convex_hull"
    lexicons: tuple[Lexicon, ...] = field(default_factory=lambda: (WordNet(),))
    steps: int = 1
    sharpness: float = 8.0
    looked_at: int = 32
    weight: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if min(self.steps, self.looked_at) < 1 or self.sharpness <= 0:
            raise ValueError("steps and looked_at must be at least 1, and sharpness positive")
