"""TextFooler: neighbours in vector space, held to the word's part of speech and to the sentence's meaning."""

from dataclasses import dataclass, field
from typing import Final, Literal, final

from rosearch.attacks.attack import Attack, Compat
from rosearch.attacks.constraints.constraint import Constraint
from rosearch.attacks.constraints.part_of_speech import PartOfSpeech
from rosearch.attacks.constraints.repeat_modification import RepeatModification
from rosearch.attacks.constraints.sentence_similarity import SentenceSimilarity
from rosearch.attacks.constraints.stop_words import StopWordModification
from rosearch.attacks.dialogue import Search, Start
from rosearch.attacks.search_methods.greedy_word_importance import GreedyWordImportance
from rosearch.attacks.transformations.lexicon_swap import LexiconSwap
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
class TextFooler(Attack):
    """Black-box word substitution by near words of the same part of speech.

    Ranks words by the score without them, then gives each in that order the neighbour that raises the score most,
    until the prediction changes; of the neighbours that change it, the one that keeps the sentence most alike.

    Args:
        lexicon: Where neighbours come from; the authors' are the 50 nearest counter-fitted vectors with a cosine of at
            least 0.5 (the paper says 0.7).
        tagger: Tells parts of speech; nouns and verbs may stand for each other.
        encoder: Tells how alike 15 words around the change stay.
        compat: ``"textattack"`` follows TextAttack 0.3.11.

    References:
        Jin, Jin, Zhou, Szolovits (2020). Is BERT Really Robust? A Strong Baseline for Natural Language Attack on Text
        Classification and Entailment. arXiv:1907.11932

    Differences from TextAttack: its encoder is the Universal Sentence Encoder, its vectors are the authors'
    counter-fitted ones; name them with ``lexicon`` and ``encoder`` where you have them.
    """

    lexicon: Lexicon = field(default_factory=GloveWordNet)
    tagger: Tagger = field(default_factory=PerceptronTagger)
    encoder: SentenceEncoder = field(default_factory=SentenceTransformer)
    compat: Compat = "textattack"
    kind: Literal["textfooler"] = "textfooler"

    def search(self, start: Start) -> Search:
        """Attacks one text."""
        method = GreedyWordImportance(importance="delete")
        return method.search(start, LexiconSwap(self.lexicon, keep_case=True), self.constraints())

    def constraints(self) -> tuple[Constraint, ...]:
        """Returns: no word twice, no stop words, the same part of speech, and similar to the text a step before."""
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
