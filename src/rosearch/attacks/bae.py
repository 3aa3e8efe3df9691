"""BAE-R: a masked language model fills the place of the word."""

from dataclasses import dataclass, field
from typing import ClassVar, Final, Literal, final

from rosearch.attacks.constraints.constraint import Constraint
from rosearch.attacks.constraints.part_of_speech import PartOfSpeech
from rosearch.attacks.constraints.repeat_modification import RepeatModification
from rosearch.attacks.constraints.sentence_similarity import SentenceSimilarity
from rosearch.attacks.constraints.stop_words import StopWordModification
from rosearch.attacks.dialogue import Search, Start
from rosearch.attacks.published.authors_constraints import authors_constraints
from rosearch.attacks.published.query_first import QueryFirst
from rosearch.attacks.recipe import Recipe
from rosearch.attacks.search_methods.greedy_word_importance import GreedyWordImportance
from rosearch.attacks.search_methods.search_method import SearchMethod
from rosearch.attacks.transformations.masked_fill import MaskedFill
from rosearch.attacks.transformations.transformation import Transformation
from rosearch.lexicons.masked_language_model import MaskedLanguageModel
from rosearch.lexicons.perceptron_tagger import PerceptronTagger
from rosearch.lexicons.sentence_encoder import SentenceEncoder
from rosearch.lexicons.sentence_transformer import SentenceTransformer
from rosearch.lexicons.tagger import Tagger

# Meant as an angular similarity, one minus a fifth of a radian in half turns; TextAttack compares cosines with it.
_LEAST_SIMILARITY: Final = 0.936338023


@final
@dataclass(frozen=True, kw_only=True)
class BAE(Recipe):
    """Black-box word replacement by what a masked language model puts in the place of the word.

    Ranks words by the score without them, then gives each in that order the candidate of the same part of speech that
    raises the score most, until the prediction changes; of those that change it, the one that keeps the sentence most
    alike.

    Args:
        mlm: The masked language model, such as ``{kind = "pretrained-mlm", model = "google-bert/bert-base-uncased"}``.
        candidates: Words for each place at most.
        tagger: Tells parts of speech; nouns and verbs may stand for each other.
        encoder: Tells how alike 15 words around the change stay to the original's.
        compat: ``"textattack"`` follows TextAttack 0.3.11, ``"published"`` the paper; what that leaves open is as in
            the code of TextFooler's authors, on which BAE was built, see ``QueryFirst``.

    Raises:
        ValueError: If ``candidates`` is below 1.

    References:
        Garg, Ramakrishnan (2020). BAE: BERT-based Adversarial Examples for Text Classification. arXiv:2004.01970;
        its mode R, replacement.

    Differences from the paper in the mode ``"textattack"``: pieces that continue a word are taken for words; stop words
    stay; the similarity is compared with the original text, by cosine with a threshold that was derived for angles, so
    looser.
    """

    own_method: ClassVar[SearchMethod] = GreedyWordImportance(importance="delete")
    mlm: MaskedLanguageModel
    candidates: int = 50
    tagger: Tagger = field(default_factory=PerceptronTagger)
    encoder: SentenceEncoder = field(default_factory=SentenceTransformer)
    kind: Literal["bae"] = "bae"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.candidates < 1:
            raise ValueError(f"candidates must be at least 1, got {self.candidates}.")

    def transformation(self) -> Transformation:
        """Returns: what fills the word's place; whole words only, as published."""
        return MaskedFill(mlm=self.mlm, count=self.candidates, whole_words=self.compat == "published")

    def rules(self) -> tuple[Constraint, ...]:
        """Returns: no word twice, no stop words, the same part of speech, and similar to the original.

        As published: stop words may change, and texts are compared with those of a step before.
        """
        if self.compat == "published":
            return authors_constraints(self.tagger, self.encoder, least=0.8, stop_words=frozenset())
        return (
            RepeatModification(),
            StopWordModification(),
            PartOfSpeech(tagger=self.tagger),
            SentenceSimilarity(encoder=self.encoder, threshold=_LEAST_SIMILARITY, window=15, skip_short=True),
        )

    def published(self, start: Start, constraints: tuple[Constraint, ...]) -> Search:
        """Attacks one text as the paper says."""
        return QueryFirst(by="delete").search(start, self.transformation(), constraints)
