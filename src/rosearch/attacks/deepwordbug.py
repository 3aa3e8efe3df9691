"""DeepWordBug: character edits on the words that matter most."""

from dataclasses import dataclass
from typing import ClassVar, Final, Literal, final

from rosearch.attacks.constraints.constraint import Constraint
from rosearch.attacks.constraints.edit_distance import EditDistance
from rosearch.attacks.constraints.repeat_modification import RepeatModification
from rosearch.attacks.constraints.stop_words import StopWordModification
from rosearch.attacks.dialogue import Search, Start
from rosearch.attacks.published.deepwordbug import PublishedDeepWordBug
from rosearch.attacks.recipe import Recipe
from rosearch.attacks.search_methods.greedy_word_importance import GreedyWordImportance
from rosearch.attacks.search_methods.search_method import SearchMethod
from rosearch.attacks.transformations.character_edits import AnyOf, Deletion, Insertion, NeighbourSwap, Substitution
from rosearch.attacks.transformations.transformation import Transformation

_EDITS: Final = (NeighbourSwap(), Substitution(), Deletion(), Insertion())


@final
@dataclass(frozen=True, kw_only=True)
class DeepWordBug(Recipe):
    """Black-box character-level attack.

    Ranks words by the score with the word masked, then gives each in that order one of four random character edits,
    the one that raises the score most, until the prediction changes.

    Args:
        max_edit_distance: Levenshtein distance allowed between the original and the adversarial text, in characters.
        compat: ``"textattack"`` follows TextAttack 0.3.11, ``"published"`` the paper, see ``PublishedDeepWordBug``.

    Raises:
        ValueError: If ``max_edit_distance`` is below 1.

    References:
        Gao, Lanchantin, Soffa, Qi (2018). Black-box Generation of Adversarial Text Sequences to Evade Deep Learning
        Classifiers. arXiv:1801.04354

    Differences from the paper in the mode ``"textattack"``: words are ranked by masking, not by the scores of a text's
    heads and tails; the search looks at the score after each edit, where the paper edits blindly, so it is stronger;
    stop words stay.
    """

    own_method: ClassVar[SearchMethod] = GreedyWordImportance(importance="unk")
    max_edit_distance: int = 30
    kind: Literal["deepwordbug"] = "deepwordbug"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.max_edit_distance < 1:
            raise ValueError(f"max_edit_distance must be at least 1, got {self.max_edit_distance}.")

    def transformation(self) -> Transformation:
        """Returns: one of four edits of a character."""
        return AnyOf(_EDITS)

    def rules(self) -> tuple[Constraint, ...]:
        """Returns: no word twice; no stop words, unless as published; few character edits in all."""
        few = EditDistance(max_distance=self.max_edit_distance)
        if self.compat == "published":
            return (RepeatModification(), few)
        return (RepeatModification(), StopWordModification(), few)

    def published(self, start: Start, constraints: tuple[Constraint, ...]) -> Search:
        """Attacks one text as the paper says."""
        published = PublishedDeepWordBug(edits=_EDITS, max_edit_distance=self.max_edit_distance)
        return published.search(start, constraints)
