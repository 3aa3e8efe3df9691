"""Spelling: an unknown word becomes the known one that it was most probably meant to be."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from typing import Self, final

from rosearch.data.look_alikes import fold_look_alikes

SPELLING_VERSION = 2
"""Part of the id of every training that reads corrected words; raised when words would be corrected otherwise."""

SHORTEST = 4
"""Shorter unknown words have too many neighbours for any one of them to be probable."""

_LONG = 8
_DIGITS_FOR_LETTERS = str.maketrans("013457@$", "oleast" + "as")


@final
class SpellingCorrector:
    """Corrects words by their frequency among the known words within one edit, or two for long words.

    An edit is an insertion, a deletion, a substitution or a swap of neighbours (Damerau); two of them lead only to
    words that occur twice or more. Known words stay; an unknown word without a known neighbour stays too. Look-alikes
    of letters, and digits that stand for them, are read as such where that gives a known word. Case is kept where the
    word is in capitals or begins with one.

    Args:
        counts: How often each known word occurs, in lower case.

    References:
        Garbe (2012), SymSpell: deletions of both words meet, so that no alphabet is walked through. Norvig (2007), How
        to Write a Spelling Corrector. Pruthi et al. (2019), arXiv:1905.11268, show what correction before
        classification brings; ours has no context and no learned recogniser.
    """

    def __init__(self, counts: Mapping[str, int]) -> None:
        self.counts = dict(counts)
        self.correct = lru_cache(maxsize=100_000)(self._correct)
        """Returns the word, corrected where it is unknown."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SpellingCorrector) and self.counts == other.counts

    def __hash__(self) -> int:
        return hash(frozenset(self.counts.items()))

    @classmethod
    def of_texts(cls, words: Iterable[str], *, least: int = 2) -> Self:
        """Learns the known words.

        Args:
            words: Words of texts, such as a task's training split, repetitions included.
            least: A word that occurs less often may be a slip itself and is not known.
        """
        counts = Counter(word.lower() for word in words)
        return cls(Counter({word: count for word, count in counts.items() if count >= least}))

    def _correct(self, word: str) -> str:
        lower = word.lower()
        if len(word) < SHORTEST or lower in self.counts:
            return word
        if not word.isascii():
            folded = fold_look_alikes(word)
            if folded.lower() in self.counts:
                return folded
        if not lower.isalpha():
            letters = lower.translate(_DIGITS_FOR_LETTERS)
            return _with_case(letters, word) if letters in self.counts else word
        for edits in (1, 2) if len(word) >= _LONG else (1,):
            near = [known for known in self._candidates(lower, edits) if _distance(lower, known, edits) <= edits]
            if near:
                return _with_case(max(near, key=lambda known: (self.counts[known], known)), word)
        return word

    def _candidates(self, word: str, edits: int) -> set[str]:
        return {known for shorter in _deletions(word, edits) for known in self._by_deletion.get(shorter, ())}

    @cached_property
    def _by_deletion(self) -> dict[str, list[str]]:
        """The known words by what is left of them after deletions; made when the first unknown word comes."""
        found: dict[str, list[str]] = {}
        for word, count in sorted(self.counts.items()):
            for shorter in _deletions(word, 2 if len(word) >= _LONG and count > 1 else 1):
                found.setdefault(shorter, []).append(word)
        return found


def _deletions(word: str, edits: int) -> Iterator[str]:
    """Yields each word that is left after up to ``edits`` deletions, once."""
    reached = frontier = {word}
    for _ in range(edits):
        frontier = {left[:at] + left[at + 1 :] for left in frontier for at in range(len(left))} - reached
        reached = reached | frontier
    yield from reached


def _distance(first: str, second: str, limit: int) -> int:
    """Returns the optimal string alignment distance; more than ``limit`` where the lengths alone say so."""
    if abs(len(first) - len(second)) > limit:
        return limit + 1
    earlier: list[int] = []
    last = list(range(len(second) + 1))
    for i in range(1, len(first) + 1):
        row = [i]
        for j in range(1, len(second) + 1):
            best = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (first[i - 1] != second[j - 1]))
            if min(i, j) > 1 and first[i - 1] == second[j - 2] and first[i - 2] == second[j - 1]:
                best = min(best, earlier[j - 2] + 1)
            row.append(best)
        earlier, last = last, row
    return last[-1]


def _with_case(word: str, like: str) -> str:
    if like.isupper():
        return word.upper()
    return word.capitalize() if like[:1].isupper() else word
