"""What TextFooler's authors hold a replacement to, and BAE's after them."""

from rosearch.attacks.constraints.constraint import Constraint
from rosearch.attacks.constraints.repeat_modification import RepeatModification
from rosearch.attacks.constraints.sentence_similarity import SentenceSimilarity
from rosearch.attacks.constraints.stop_words import StopWordModification
from rosearch.attacks.published.part_of_speech import AuthorsPartOfSpeech
from rosearch.lexicons.sentence_encoder import SentenceEncoder
from rosearch.lexicons.tagger import Tagger

_LEAST_OF_SHORT_TEXTS = 0.1


def authors_constraints(
    tagger: Tagger, encoder: SentenceEncoder, *, least: float, stop_words: frozenset[str]
) -> tuple[Constraint, ...]:
    """Returns: no word twice, no stop words, the same part of speech, and similar to the text a step before.

    Args:
        tagger: Gives the tags.
        encoder: Gives the similarity of fifteen words: one minus the angle, which the code does not divide by pi.
        least: Similarity; texts of fewer than fifteen words need 0.1 only.
        stop_words: In lower case.
    """
    similar = SentenceSimilarity(
        encoder=encoder,
        threshold=least,
        metric="radian",
        reference="current",
        window=15,
        short_threshold=_LEAST_OF_SHORT_TEXTS,
    )
    stay = StopWordModification(stop_words=stop_words, any_case=True)
    return (RepeatModification(), stay, AuthorsPartOfSpeech(tagger=tagger), similar)
