"""TextFooler: neighbours in vector space, held to the word's part of speech and to the sentence's meaning."""

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
from rosearch.attacks.transformations.lexicon_swap import LexiconSwap
from rosearch.attacks.transformations.transformation import Transformation
from rosearch.lexicons.glove_wordnet import GloveWordNet
from rosearch.lexicons.lexicon import Lexicon
from rosearch.lexicons.perceptron_tagger import PerceptronTagger
from rosearch.lexicons.sentence_encoder import SentenceEncoder
from rosearch.lexicons.sentence_transformer import SentenceTransformer
from rosearch.lexicons.stop_words import TEXTFOOLER_STOP_WORDS
from rosearch.lexicons.tagger import Tagger

# An angle of half a radian: the authors' code forgets to divide it by pi.
_LEAST_SIMILARITY: Final = 0.840845057


@final
@dataclass(frozen=True, kw_only=True)
class TextFooler(Recipe):
    """Black-box word substitution by near words of the same part of speech.

    Ranks words by the score without them, then gives each in that order the neighbour that raises the score most,
    until the prediction changes; of the neighbours that change it, the one that keeps the sentence most alike.

    Args:
        lexicon: Where neighbours come from; the authors' are the 50 nearest counter-fitted vectors with a cosine of at
            least 0.5 (the paper says 0.7).
        tagger: Tells parts of speech; nouns and verbs may stand for each other.
        encoder: Tells how alike 15 words around the change stay.
        compat: ``"textattack"`` follows TextAttack 0.3.11, ``"published"`` the authors' code, see ``QueryFirst`` and
            ``AuthorsPartOfSpeech``.

    References:
        Jin, Jin, Zhou, Szolovits (2020). Is BERT Really Robust? A Strong Baseline for Natural Language Attack on Text
        Classification and Entailment. arXiv:1907.11932

    Differences from the authors' code in the mode ``"published"``: case is not lowered, though stop words are compared
    in lower case; the least similarity is 0.5, with which the paper's figures come out, where the code's default is
    0.7. Differences from TextAttack: its encoder is the Universal Sentence Encoder, its vectors are the authors'
    counter-fitted ones; name them with ``lexicon`` and ``encoder`` where you have them.
    """

    own_method: ClassVar[SearchMethod] = GreedyWordImportance(importance="delete")
    lexicon: Lexicon = field(default_factory=GloveWordNet)
    tagger: Tagger = field(default_factory=PerceptronTagger)
    encoder: SentenceEncoder = field(default_factory=SentenceTransformer)
    kind: Literal["textfooler"] = "textfooler"

    def transformation(self) -> Transformation:
        """Returns: near words."""
        return LexiconSwap(self.lexicon, keep_case=self.compat == "textattack")

    def rules(self) -> tuple[Constraint, ...]:
        """Returns: no word twice, no stop words, the same part of speech, and similar to the text a step before."""
        if self.compat == "published":
            return authors_constraints(self.tagger, self.encoder, least=0.5, stop_words=TEXTFOOLER_STOP_WORDS)
        similar = SentenceSimilarity(
            encoder=self.encoder,
            threshold=_LEAST_SIMILARITY,
            metric="angular",
            reference="current",
            window=15,
            skip_short=True,
        )
        return (
            RepeatModification(),
            StopWordModification(stop_words=TEXTFOOLER_STOP_WORDS),
            PartOfSpeech(tagger=self.tagger),
            similar,
        )

    def published(self, start: Start, constraints: tuple[Constraint, ...]) -> Search:
        """Attacks one text as the authors' code does."""
        return QueryFirst(by="oov").search(start, self.transformation(), constraints)
