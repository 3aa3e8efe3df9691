"""Words in an order that costs no query."""

from dataclasses import dataclass
from typing import Literal, final

from rosearch.fitness.shortcuts.shortcut import Shortcut


@final
@dataclass(frozen=True, kw_only=True)
class CheapOrder(Shortcut):
    """Attacks visit words in an order that is had without asking the model for the text without each word.

    Ranking takes most of a short text's queries, and more than half of PWWS's. An attack in another order finds about
    as many texts, by other swaps and with fewer queries; so the budget curve falls, and only curves of one order
    compare. Attacks that rank no words (beam, genetic search) and published modes stay as they are.

    Args:
        order: ``"gradient"``: first the words on which the candidate's own loss hangs most, one pass there and back a
            text; ``"random"``.

    References:
        Yoo, Morris, Lifland, Qi (2020). Searching for a Search Method. arXiv:2009.06368, which compares orders. Yoo, Qi
        (2021), A2T, section 3, for the gradient's. arXiv:2109.00544
    """

    kind: Literal["cheap_order"] = "cheap_order"
    order: Literal["gradient", "random"] = "gradient"
