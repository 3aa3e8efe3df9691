"""Queries a second that the attack engine sustains with a victim that costs nothing."""

import argparse
import random
import time
import zlib
from collections.abc import Sequence

import numpy as np

from rosearch.attacks import PWWS, Attack, DeepWordBug, MarginScore
from rosearch.core.protocols import FloatArray, Text
from rosearch.core.rng import SeedTree
from rosearch.lexicons import WordNet

WORDS = (
    *("movie", "story", "good", "bad", "great", "actor", "music", "scene", "long", "short"),
    *("happy", "sad", "people", "time", "work", "play", "love", "end", "plot", "film"),
)


class FreeVictim:
    """Always right, never quite the same."""

    def logits(self, texts: Sequence[Text]) -> FloatArray:
        margin = np.fromiter((1.0 + zlib.crc32(str(text).encode()) % 1000 / 1000 for text in texts), float, len(texts))
        return np.stack([margin, np.zeros(len(texts))], axis=1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wordnet", help="a WordNet 3.0 folder; fetched where left out")
    parser.add_argument("--texts", type=int, default=200)
    arguments = parser.parse_args()
    rng = random.Random(0)
    texts = [" ".join(rng.choices(WORDS, k=20)) + " ." for _ in range(arguments.texts)]
    attacks: list[Attack] = [PWWS(lexicon=WordNet(path=arguments.wordnet)), DeepWordBug()]
    for attack in attacks:
        for _ in range(2):
            begin = time.perf_counter()
            results = attack.run(
                FreeVictim(), texts, [0] * len(texts), score=MarginScore(), seeds=SeedTree(0), budgets=(10, 20, 40, 80)
            )
            seconds = time.perf_counter() - begin
            queries, computed = sum(r.queries for r in results), sum(r.computed_queries for r in results)
            print(
                f"{attack.kind:12} {len(texts) / seconds:7.0f} texts/s  {queries / seconds:8.0f} queries/s  "
                f"({queries} nominal, {computed} computed)"
            )


if __name__ == "__main__":
    main()
