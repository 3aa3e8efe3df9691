"""DeepWordBug: character edits on the words that matter most."""

from dataclasses import dataclass
from typing import Final, Literal, final

from rosearch.attacks.attack import Attack, Compat
from rosearch.attacks.constraints.constraint import Constraint
from rosearch.attacks.constraints.edit_distance import EditDistance
from rosearch.attacks.constraints.repeat_modification import RepeatModification
from rosearch.attacks.constraints.stop_words import StopWordModification
from rosearch.attacks.dialogue import Search, Start
from rosearch.attacks.search_methods.greedy_word_importance import GreedyWordImportance
from rosearch.attacks.transformations.character_edits import AnyOf, Deletion, Insertion, NeighbourSwap, Substitution

_EDITS: Final = AnyOf((NeighbourSwap(), Substitution(), Deletion(), Insertion()))


@final
@dataclass(frozen=True, kw_only=True)
class DeepWordBug(Attack):
    """Black-box character-level attack.

    Ranks words by the score with the word masked, then gives each in that order one of four random character edits,
    the one that raises the score most, until the prediction changes.

    Args:
        max_edit_distance: Levenshtein distance allowed between the original and the adversarial text, in characters.
        compat: ``"textattack"`` follows TextAttack 0.3.11.

    Raises:
        ValueError: If ``max_edit_distance`` is below 1.

    References:
        Gao, Lanchantin, Soffa, Qi (2018). Black-box Generation of Adversarial Text Sequences to Evade Deep Learning
        Classifiers. arXiv:1801.04354

    Differences from the paper, all TextAttack's: words are ranked by masking, not by the scores of a text's heads and
    tails; the search looks at the score after each edit, where the paper edits blindly, so it is stronger; stop words
    stay.
    """

    max_edit_distance: int = 30
    compat: Compat = "textattack"
    kind: Literal["deepwordbug"] = "deepwordbug"

    def __post_init__(self) -> None:
        if self.max_edit_distance < 1:
            raise ValueError(f"max_edit_distance must be at least 1, got {self.max_edit_distance}.")

    def search(self, start: Start) -> Search:
        """Attacks one text."""
        return GreedyWordImportance(importance="unk").search(start, _EDITS, self.constraints())

    def constraints(self) -> tuple[Constraint, ...]:
        """Returns: no word twice, no stop words, few character edits in all."""
        return (RepeatModification(), StopWordModification(), EditDistance(max_distance=self.max_edit_distance))
