"""Words become what the gradient points to. No torch."""

from dataclasses import dataclass, field
from typing import Literal, final

from rosearch.distillation.adversaries.adversary import Adversary
from rosearch.distillation.perturbations.character_edits import CharacterEdits
from rosearch.distillation.perturbations.perturbation import Perturbation
from rosearch.distillation.perturbations.word_substitution import WordSubstitution


@final
@dataclass(frozen=True, kw_only=True)
class GradientSwaps(Adversary):
    """Rewrites the words that promise most as promises most, to first order.

    The gradient is that of the clean text's loss, which the step needs anyway: nothing but one pass over the new texts
    is added, or several. A word's promise is the product of its gradient with the difference of the two spellings' mean
    vectors, those of their characters included.

    Args:
        perturbations: What words may become; each text draws one of them each epoch, and a share of its words.
        steps: Times that a text is rewritten, the first time by the clean loss's gradient, then by that of the text as
            it was rewritten last; each time costs a pass there and back.
        weight: Of the mean loss on the new texts.

    References:
        Yoo, Qi (2021). Towards Improving Adversarial Training of NLP Models (A2T). arXiv:2109.00544. Ebrahimi et al.
        (2018), HotFlip, section 3.1, for the first-order estimate. arXiv:1712.06751

    Differences from A2T: all words at once without asking the model in between, no sentence encoder, every step instead
    of a fifth of the texts once an epoch, and letters as well as words.
    """

    kind: Literal["gradient_swaps"] = "gradient_swaps"
    perturbations: tuple[Perturbation, ...] = field(default_factory=lambda: (WordSubstitution(), CharacterEdits()))
    steps: int = 1
    weight: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "perturbations", Perturbation.one_or_more(self.perturbations))
        if self.steps < 1:
            raise ValueError("steps must be at least 1")
