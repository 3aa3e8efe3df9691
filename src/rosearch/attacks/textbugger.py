"""TextBugger: misspellings that a reader reads over, and near words."""

from dataclasses import dataclass, field
from typing import ClassVar, Final, Literal, final

from rosearch.attacks.constraints.constraint import Constraint
from rosearch.attacks.constraints.repeat_modification import RepeatModification
from rosearch.attacks.constraints.sentence_similarity import Metric, SentenceSimilarity
from rosearch.attacks.constraints.stop_words import StopWordModification
from rosearch.attacks.dialogue import Search, Start
from rosearch.attacks.published.textbugger import PublishedTextBugger
from rosearch.attacks.recipe import Recipe
from rosearch.attacks.search_methods.greedy_word_importance import GreedyWordImportance
from rosearch.attacks.search_methods.search_method import SearchMethod
from rosearch.attacks.transformations.character_edits import AnyOf, Deletion, NeighbourSwap, SpaceInsertion
from rosearch.attacks.transformations.homoglyph_swap import HomoglyphSwap
from rosearch.attacks.transformations.lexicon_swap import LexiconSwap
from rosearch.attacks.transformations.transformation import Transformation, WordSwap
from rosearch.lexicons.glove_wordnet import GloveWordNet
from rosearch.lexicons.lexicon import Lexicon
from rosearch.lexicons.sentence_encoder import SentenceEncoder
from rosearch.lexicons.sentence_transformer import SentenceTransformer

_LEAST_SIMILARITY: Final = 0.8
_EDITS: Final = (SpaceInsertion(), Deletion(keep_ends=True), NeighbourSwap(keep_ends=True), HomoglyphSwap())


@final
@dataclass(frozen=True, kw_only=True)
class TextBugger(Recipe):
    """Black-box attack by five kinds of bugs: a space, a missing letter, two swapped, a look-alike, a near word.

    Ranks words by the score without them, then gives each in that order the bug that raises the score most, until the
    prediction changes; of those that change it, the one that keeps the text most alike.

    Args:
        lexicon: Where near words come from; five of them, however near.
        encoder: Tells how alike the whole text stays to the original: an angular similarity of at least
            0.8, as published a cosine.
        compat: ``"textattack"`` follows TextAttack 0.3.11, ``"published"`` the paper, see ``PublishedTextBugger``.

    References:
        Li, Ji, Du, Li, Wang (2019). TextBugger: Generating Adversarial Text Against Real-world Applications.
        arXiv:1812.05271

    Differences from the paper in the mode ``"textattack"``: words are ranked in the whole text, not sentence by
    sentence; stop words stay; a space makes two words of one without the order of words learning of it, so that later
    bugs strike words beside those that were meant.
    """

    own_method: ClassVar[SearchMethod] = GreedyWordImportance(importance="delete")
    lexicon: Lexicon = field(default_factory=lambda: GloveWordNet(neighbours=5, min_cosine=-1.0))
    encoder: SentenceEncoder = field(default_factory=SentenceTransformer)
    kind: Literal["textbugger"] = "textbugger"

    def transformation(self) -> Transformation:
        """Returns: any of the five bugs."""
        return AnyOf(self._bugs())

    def rules(self) -> tuple[Constraint, ...]:
        """Returns: no word twice; no stop words, unless as published; and similar to the original."""
        if self.compat == "published":
            return (RepeatModification(may_split=True), self._similarity())
        return (RepeatModification(may_split=True), StopWordModification(), self._similarity())

    def published(self, start: Start, constraints: tuple[Constraint, ...]) -> Search:
        """Attacks one text as the paper says."""
        return PublishedTextBugger(bugs=self._bugs(), similarity=self._similarity()).search(start, constraints)

    def _bugs(self) -> tuple[WordSwap, ...]:
        return (*_EDITS, LexiconSwap(self.lexicon, keep_case=True))

    def _similarity(self) -> SentenceSimilarity:
        metric: Metric = "cosine" if self.compat == "published" else "angular"
        return SentenceSimilarity(encoder=self.encoder, threshold=_LEAST_SIMILARITY, metric=metric)
