"""Words become their synonyms: the neighbourhood that word attacks move in. No torch."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal, final

from numpy.random import Generator

from rosearch.distillation.neighbours import neighbours
from rosearch.distillation.perturbations.perturbation import Perturbation
from rosearch.lexicons.lexicon import Lexicon
from rosearch.lexicons.wordnet import WordNet


@final
@dataclass(frozen=True, kw_only=True)
class WordSubstitution(Perturbation):
    """Replaces words by synonyms, all of them equally probable.

    With several lexicons, the synonyms of all of them are one neighbourhood.

    Args:
        lexicons: Where synonyms come from. A study whose attacks use the same ones measures what was trained for: its
            unseen attack must use another.
        share: The most of a text's words that are replaced.
        weight: How often this perturbation is drawn, relative to the others.
        looked_at: Synonyms of a word that an adversary looks at; of more, so many are drawn afresh each epoch.

    References:
        Jia, Raghunathan, Göksel, Liang (2019). Certified Robustness to Adversarial Word Substitutions, section 5.1,
        data augmentation. arXiv:1909.00986

    Differences from the paper: drawn afresh each epoch instead of four times beforehand; no language model filters the
    neighbourhood; the teacher's soft labels of the clean text are the target.
    """

    kind: Literal["word_substitution"] = "word_substitution"
    lexicons: tuple[Lexicon, ...] = field(default_factory=lambda: (WordNet(),))
    share: float = 1.0
    weight: float = 1.0
    looked_at: int = 32
    are_drawn: ClassVar[bool] = False

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(
            self, "lexicons", tuple(Lexicon.from_config(item, where="lexicons") for item in self.lexicons)
        )
        if not self.lexicons:
            raise ValueError("lexicons must name at least one")

    def rewrite(self, words: Sequence[str], *, rng: Generator) -> list[str]:
        """Draws a synonym for each word.

        Args:
            words: As their texts have them.
            rng: Draws the synonyms.
        """
        draws = rng.random(len(words)).tolist()
        return [_drawn(neighbours(word, self.lexicons), draw) or word for word, draw in zip(words, draws, strict=True)]

    def candidates(self, word: str, *, rng: Generator) -> tuple[str, ...]:  # noqa: ARG002 - all are given
        """Returns all synonyms of a word.

        Args:
            word: As its text has it.
            rng: Not used.
        """
        return neighbours(word, self.lexicons)


def _drawn(words: tuple[str, ...], draw: float) -> str:
    return words[int(draw * len(words))] if words else ""
