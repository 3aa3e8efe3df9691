"""A text keeps its meaning, as far as a sentence encoder can tell."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, final

import numpy as np
from numpy.typing import NDArray

from rosearch.attacks.constraints.constraint import Candidate, Constraint, Step
from rosearch.attacks.dialogue import Consult, Dialogue
from rosearch.attacks.text import WordText
from rosearch.lexicons.sentence_encoder import SentenceEncoder

Metric: TypeAlias = Literal["cosine", "angular", "radian"]
Reference: TypeAlias = Literal["original", "current"]


@final
@dataclass(frozen=True, kw_only=True)
class SentenceSimilarity(Constraint):
    """Bounds the similarity of the words around a change with the same words before.

    Args:
        encoder: Turns words into vectors.
        threshold: Least similarity.
        metric: ``"cosine"``; ``"angular"``: one minus the angle in half turns; ``"radian"``: one minus the angle in
            radians, as in the code of TextFooler's authors.
        reference: Compared with the ``"original"`` text, or with the ``"current"`` one, in which earlier changes
            stand: then only the steps are bounded, not their sum.
        window: Words that are looked at, with the changed one in their middle; None for all words.
        skip_short: A text shorter than the window passes unseen.
        short_threshold: Least similarity of a text shorter than the window; None for the same.

    References:
        Jin et al. (2020). Is BERT Really Robust? arXiv:1907.11932.

    Follows TextAttack 0.3.11: near the ends of a text the window lies at the end; its text includes the punctuation
    between its words, not around them.
    """

    encoder: SentenceEncoder
    threshold: float
    metric: Metric = "cosine"
    reference: Reference = "original"
    window: int | None = None
    skip_short: bool = False
    short_threshold: float | None = None

    def allowed(self, step: Step, candidates: list[Candidate]) -> Dialogue[list[Candidate]]:
        """Returns the candidates that are similar enough, each with its similarity."""
        lengths = [len(step.current.words) + candidate.word.count(" ") for candidate in candidates]
        seen = [at for at, length in enumerate(lengths) if not (self.skip_short and self._is_short(length))]
        similarities = np.ones(len(candidates))
        if seen:
            reference = step.original if self.reference == "original" else step.current
            around = [self._around_new(step, candidates[at].word) for at in seen]
            vectors = yield Consult(self.encoder, [self._around(reference, step.index), *around])
            similarities[seen] = self._similarities(vectors[0], vectors[1:])
        for candidate, similarity in zip(candidates, similarities.tolist(), strict=True):
            candidate.similarity = similarity
        return [candidates[at] for at, length in enumerate(lengths) if similarities[at] >= self._least(length)]

    def judge_of_meaning(self) -> SentenceEncoder:
        """Returns the encoder."""
        return self.encoder

    def holds(self, original: WordText, perturbed: WordText) -> bool:
        """Takes the replacements one after the other; where they are not known, the texts alone say nothing.

        Where whole texts are compared with the original, they say all.
        """
        if self.window is None and self.reference == "original":
            return original.text == perturbed.text or self._alike(original, perturbed, 0)
        for before, index, after in replacements(original, perturbed):
            if not (self.skip_short and self._is_short(len(after.words))):
                reference = original if self.reference == "original" else before
                if not self._alike(reference, after, index):
                    return False
        return True

    def _alike(self, reference: WordText, text: WordText, index: int) -> bool:
        pair = self.encoder.answer([self._around(reference, index), self._around(text, index)])
        # Another batch shifts a vector by float noise.
        return self._similarities(pair[0], pair[1:])[0] >= self._least(len(text.words)) - 1e-4

    def _least(self, length: int) -> float:
        return self.short_threshold if self.short_threshold is not None and self._is_short(length) else self.threshold

    def _is_short(self, length: int) -> bool:
        return self.window is not None and length < self.window

    def _around(self, text: WordText, index: int) -> str:
        start, end = _window(index, len(text.words), self.window)
        return text.text[text.spans[start][0] : text.spans[end][1]]

    def _around_new(self, step: Step, word: str) -> str:
        """Returns what stands around a replacement, without finding the words of the whole text again."""
        text, spans = step.current, step.current.spans
        if " " in word:
            return self._around(text.replaced(step.index, word), step.index)
        start, end = _window(step.index, len(spans), self.window)
        (begin, stop), window = spans[step.index], (spans[start][0], spans[end][1])
        around = WordText(f"{text.text[window[0] : begin]}{word}{text.text[stop : window[1]]}")
        return around.text[around.spans[0][0] : around.spans[-1][1]]

    def _similarities(self, reference: NDArray[np.float32], others: NDArray[np.float32]) -> Sequence[float]:
        lengths = np.linalg.norm(others, axis=1) * np.linalg.norm(reference)
        cosines = np.clip(others @ reference / np.maximum(lengths, np.float32(1e-8)), -1, 1)
        turn = np.pi if self.metric == "angular" else 1.0
        values: list[float] = (cosines if self.metric == "cosine" else 1 - np.arccos(cosines) / turn).tolist()
        return values


def _window(index: int, length: int, size: int | None) -> tuple[int, int]:
    """Returns the first and the last word of the window around ``index``."""
    if size is None:
        return 0, length - 1
    half = (size - 1) / 2
    if index - half < 0:
        return 0, min(size - 1, length - 1)
    if index + half >= length:
        return max(0, length - size), length - 1
    return index - int(np.ceil(half)), index + int(np.floor(half))


def replacements(original: WordText, perturbed: WordText) -> Iterator[tuple[WordText, int, WordText]]:
    """Yields the steps from one text to the other: the text before, the word's index, the text after.

    Args:
        original: Where they begin.
        perturbed: Where they end; nothing is yielded unless its own replacements lead there.
    """
    steps, current = [], original
    for index, word in perturbed.modified.items():
        after = current.replaced(index, word)
        steps.append((current, index, after))
        current = after
    if current.text == perturbed.text:
        yield from steps
