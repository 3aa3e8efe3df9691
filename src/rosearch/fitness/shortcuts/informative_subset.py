"""Attacks on the texts that tell candidates apart, and few of the others."""

from dataclasses import dataclass
from typing import Any, Literal, final

import numpy as np
from numpy.random import Generator

from rosearch.attacks.sample import Sample
from rosearch.core.protocols import FloatArray, IntArray
from rosearch.fitness.precedents import Precedents
from rosearch.fitness.shortcuts.shortcut import Shortcut

LEAST_SPREAD = 0.02
"""Taken for the spread of texts on which all earlier trials agreed: the next one need not."""


@final
@dataclass(frozen=True, kw_only=True)
class InformativeSubset(Shortcut):
    """Attacks part of the texts: many of those on which earlier trials differed, few of those that all lost or held.

    The list is cut into strata by how much of the query budgets each text resisted in the mean of the earlier trials.
    From each stratum as many texts are drawn as it is large and its texts are uncertain (Neyman's allocation), at least
    two, afresh for each candidate; figures are the strata's, weighed by their size. So they are unbiased estimates of
    those of the whole list, whatever the earlier trials were like, and their intervals are wider.

    Args:
        share: Of the list that is attacked.
        after: Trials that a proposal must have seen that were attacked on the whole list; candidates before are.
        strata: Parts of the list, of equal size.

    Raises:
        ValueError: If a number does not fit.

    References:
        Neyman (1934). On the Two Different Aspects of the Representative Method. Cochran (1977). Sampling Techniques,
        chapter 5.
    """

    kind: Literal["informative_subset"] = "informative_subset"
    share: float = 0.4
    after: int = 4
    strata: int = 5

    def __post_init__(self) -> None:
        if not 0 < self.share < 1 or min(self.after, self.strata) < 1:
            raise ValueError("share must be between 0 and 1, and after and strata at least 1")

    def draw(self, total: int, precedents: Precedents, *, rng: Generator) -> Sample:
        """Draws the texts that a candidate is attacked on.

        Args:
            total: Texts of the list.
            precedents: The earlier trials.
            rng: Draws.

        Returns:
            The whole list, where too little is known of it.
        """
        complete = [trial for trial in precedents.trials if trial.complete]
        if len(complete) < self.after or total < 2 * self.strata:
            return Sample.of_one_stratum(range(total), total)
        resistance = np.array([trial.resistance for trial in precedents.trials], dtype=np.float64)
        means = np.nanmean(resistance, axis=0)
        spreads = np.maximum(np.nanstd(resistance, axis=0), LEAST_SPREAD)
        # Texts of equal means are parted at random, not by their place.
        ranked = np.lexsort((rng.random(total), means))
        parts = np.array_split(ranked, self.strata)
        uncertain = np.array([np.sqrt(np.var(means[part]) + np.mean(spreads[part] ** 2)) for part in parts])
        sizes = np.array([len(part) for part in parts])
        counts = _allocation(sizes, uncertain, round(self.share * total))
        drawn = {
            int(place): stratum
            for stratum, (part, count) in enumerate(zip(parts, counts, strict=True))
            for place in rng.permutation(part)[:count]
        }
        places = sorted(drawn)
        return Sample(places=tuple(places), strata=tuple(drawn[place] for place in places), sizes=tuple(sizes.tolist()))

    def account(self, sample: Sample) -> dict[str, Any]:
        """Returns what came of it, as plain data.

        Args:
            sample: What was drawn.
        """
        drawn = np.bincount(sample.strata, minlength=len(sample.sizes)).tolist()
        return {"attacked": len(sample.places), "of": sample.total, "drawn": drawn, "sizes": list(sample.sizes)}


def _allocation(sizes: IntArray, uncertain: FloatArray, wanted: int) -> IntArray:
    """Returns how many texts to draw from each stratum.

    Args:
        sizes: Of the strata, shape ``(strata,)``.
        uncertain: Standard deviation within each, shape ``(strata,)``.
        wanted: In all; a little more or less comes of rounding and of the least number.
    """
    counts = np.minimum(2, sizes)
    shares = sizes * uncertain
    while (left := wanted - counts.sum()) > 0 and (room := counts < sizes).any():
        # One at a time, to where the fewest are drawn for what the stratum is worth.
        lack = np.where(room, counts / shares, np.inf)
        counts[int(lack.argmin())] += min(1, left)
    return counts
