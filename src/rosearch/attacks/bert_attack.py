"""BERT-Attack: what a masked language model reads between the lines of the unmasked text."""

from dataclasses import dataclass, field
from typing import ClassVar, Final, Literal, final

from rosearch.attacks.constraints.constraint import Constraint
from rosearch.attacks.constraints.max_words_changed import MaxWordsChanged
from rosearch.attacks.constraints.repeat_modification import RepeatModification
from rosearch.attacks.constraints.sentence_similarity import SentenceSimilarity
from rosearch.attacks.constraints.stop_words import StopWordModification
from rosearch.attacks.dialogue import Search, Start
from rosearch.attacks.published.bert_attack import PublishedBERTAttack
from rosearch.attacks.recipe import Recipe
from rosearch.attacks.search_methods.greedy_word_importance import GreedyWordImportance
from rosearch.attacks.search_methods.search_method import SearchMethod
from rosearch.attacks.transformations.masked_fill import PieceSwap
from rosearch.attacks.transformations.transformation import Transformation
from rosearch.lexicons.glove_wordnet import GloveWordNet
from rosearch.lexicons.lexicon import Lexicon
from rosearch.lexicons.masked_language_model import MaskedLanguageModel
from rosearch.lexicons.sentence_encoder import SentenceEncoder
from rosearch.lexicons.sentence_transformer import SentenceTransformer
from rosearch.lexicons.stop_words import TEXTFOOLER_STOP_WORDS

_LEAST_SIMILARITY: Final = 0.2
_MOST_CHANGED: Final = 0.4


@final
@dataclass(frozen=True, kw_only=True)
class BERTAttack(Recipe):
    """Black-box word substitution by tokens that a masked language model finds likely in the place of the word.

    Ranks words by the score with the word masked, then gives each in that order the candidate that raises the score
    most, until the prediction changes or two fifths of the words have.

    Args:
        mlm: The masked language model, such as ``{kind = "pretrained-mlm", model = "google-bert/bert-base-uncased"}``.
        candidates: Tokens for each word piece, and words in all; the paper's is 48, TextAttack's 8 since 0.3.11.
        encoder: Tells how alike the whole text stays to the original: cosine of at least 0.2.
        least_logit: As published only: less likely tokens are no candidates. The authors' commands have 0.
        antonyms: As published only: a lexicon that must know a candidate, where it knows the word; the authors' are
            counter-fitted vectors with a cosine of at least 0.4, for sentiment. An empty table leaves none out.
        compat: ``"textattack"`` follows TextAttack 0.3.11, ``"published"`` the authors' code, see
            ``PublishedBERTAttack``.

    Raises:
        ValueError: If ``candidates`` is below 1.

    References:
        Li, Ma, Guo, Xue, Qiu (2020). BERT-ATTACK: Adversarial Attack Against BERT Using BERT. arXiv:2004.09984

    Differences from the paper in the mode ``"textattack"``: see ``PieceSwap``; the model reads the text as it is, not
    as it was; no filter of antonyms, of improbable tokens, or of stop words among the candidates.
    """

    published_only: ClassVar[frozenset[str]] = frozenset(("least_logit", "antonyms"))
    own_method: ClassVar[SearchMethod] = GreedyWordImportance(importance="unk")
    mlm: MaskedLanguageModel
    candidates: int = 8
    least_logit: float = 0.0
    antonyms: Lexicon = field(default_factory=lambda: GloveWordNet(min_cosine=0.4))
    encoder: SentenceEncoder = field(default_factory=SentenceTransformer)
    kind: Literal["bert-attack"] = "bert-attack"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.candidates < 1:
            raise ValueError(f"candidates must be at least 1, got {self.candidates}.")

    def transformation(self) -> Transformation:
        """Returns: likely tokens in the places of the word's pieces."""
        return PieceSwap(mlm=self.mlm, count=self.candidates)

    def rules(self) -> tuple[Constraint, ...]:
        """Returns: no word twice, no stop words, at most two fifths of the words, and similar to the original.

        As published the authors look at the similarity afterwards, and at the share before each word.
        """
        if self.compat == "published":
            return (RepeatModification(), StopWordModification(stop_words=TEXTFOOLER_STOP_WORDS, any_case=True))
        return (
            RepeatModification(),
            StopWordModification(),
            MaxWordsChanged(share=_MOST_CHANGED),
            SentenceSimilarity(encoder=self.encoder, threshold=_LEAST_SIMILARITY),
        )

    def published(self, start: Start, constraints: tuple[Constraint, ...]) -> Search:
        """Attacks one text as the authors' code does."""
        published = PublishedBERTAttack(
            mlm=self.mlm,
            candidates=self.candidates,
            least_logit=self.least_logit,
            max_changed=_MOST_CHANGED,
            stop_words=TEXTFOOLER_STOP_WORDS,
            antonyms=self.antonyms,
        )
        return published.search(start, constraints)
