"""The strict attack: TextFooler held to few swaps by near words, with thresholds of this project's own choice."""

from dataclasses import dataclass, field
from typing import ClassVar, Literal, final

from rosearch.attacks.constraints.constraint import Constraint
from rosearch.attacks.constraints.part_of_speech import PartOfSpeech
from rosearch.attacks.constraints.repeat_modification import RepeatModification
from rosearch.attacks.constraints.sentence_similarity import SentenceSimilarity
from rosearch.attacks.constraints.stop_words import StopWordModification
from rosearch.attacks.dialogue import Search, Start
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
from rosearch.lexicons.tagger import Tagger


@final
@dataclass(frozen=True, kw_only=True)
class Strict(Recipe):
    """Few swaps, each by a very near word that leaves the sentence much as it was.

    Like TextFooler, with words ranked by masking. How strict it is, is this project's own choice: no person has judged
    its texts, so it is a stricter attack, not a proof that what is said stays the same. A model that loses much here is
    weak. Where the teacher itself loses less than 5 % of its texts, the attack is too weak to tell models apart, and
    its figures are void: see ``is_void``.

    Args:
        lexicon: Where neighbours come from; a cosine of at least 0.9.
        tagger: Tells parts of speech; nouns and verbs may not stand for each other.
        encoder: Tells how alike 15 words around the change stay; short texts are looked at too.
        least_similarity: Cosine. The default is what a tenth of WordNet's own paraphrases reach with MiniLM, a share
            that is this project's choice and not a measured one; fit the threshold of another encoder with
            ``benchmarks/strict_thresholds.py``.
        compat: Without meaning here; there is one mode.

    Raises:
        ValueError: If ``least_similarity`` is not in [-1, 1].

    References:
        Morris, Lifland, Lanchantin, Ji, Qi (2020). Reevaluating Adversarial Examples in Natural Language.
        arXiv:2004.14174, whose TFAdjusted this follows.

    Differences from TFAdjusted, for which this is not called so: no LanguageTool, which needs Java and downloads; the
    encoder and the vectors are others, so its thresholds, which people set for the Universal Sentence Encoder and for
    counter-fitted vectors, do not carry over as numbers. That a tenth of the paraphrases shall pass was chosen here;
    which share passes there is not known.
    """

    published_only: ClassVar[frozenset[str]] = frozenset()
    own_method: ClassVar[SearchMethod] = GreedyWordImportance(importance="unk")
    lexicon: Lexicon = field(default_factory=lambda: GloveWordNet(min_cosine=0.9))
    tagger: Tagger = field(default_factory=PerceptronTagger)
    encoder: SentenceEncoder = field(default_factory=SentenceTransformer)
    least_similarity: float = 0.957
    kind: Literal["strict"] = "strict"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not -1 <= self.least_similarity <= 1:
            raise ValueError(f"least_similarity must be -1 to 1, got {self.least_similarity}.")

    def transformation(self) -> Transformation:
        """Returns: near words."""
        return LexiconSwap(self.lexicon, keep_case=True)

    def rules(self) -> tuple[Constraint, ...]:
        """Returns: no word twice, no stop words, the same part of speech, and similar to the text a step before."""
        similar = SentenceSimilarity(
            encoder=self.encoder, threshold=self.least_similarity, reference="current", window=15
        )
        return (
            RepeatModification(),
            StopWordModification(),
            PartOfSpeech(tagger=self.tagger, allow_verb_noun_swap=False),
            similar,
        )

    def published(self, start: Start, constraints: tuple[Constraint, ...]) -> Search:
        """Attacks one text; there is one mode."""
        return self.own_method.search(start, self.transformation(), constraints)


def is_void(*, accuracy: float, robust_accuracy: float, least_loss: float = 0.05) -> bool:
    """Says whether an attack's figures are void: whether the teacher itself loses hardly anything to it.

    Args:
        accuracy: The teacher's, on the attacked texts.
        robust_accuracy: The teacher's, on the same texts.
        least_loss: Share of the texts that it was right about and must lose.
    """
    return accuracy <= 0 or (accuracy - robust_accuracy) / accuracy < least_loss
