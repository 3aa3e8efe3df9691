"""Fits the threshold of the strict attack: the similarity that a given share of WordNet's paraphrases reaches.

usage: python benchmarks/strict_thresholds.py [--encoder minilm] [--share 0.1] [--wordnet FOLDER]

A paraphrase is a sentence that WordNet gives as an example of a sense, with the word replaced by another of the same
sense: people who know the language wrote both. TFAdjusted's own threshold, 0.98, holds for the Universal Sentence
Encoder; where that is at hand, measure its share with --encoder and --threshold 0.98 and fit others to it.
"""

import argparse
import random
import re
from collections.abc import Iterator

import numpy as np

from rosearch.lexicons import GloveWordNet, WordNet
from rosearch.lexicons.sentence_transformer import SentenceTransformer
from rosearch.lexicons.wordnet_files import PARTS, WordNetFiles

EXAMPLE = re.compile(r'"([^"]+)"')
PAIRS = 3000


def paraphrases(wordnet: WordNetFiles) -> Iterator[tuple[str, str]]:
    for part in PARTS:
        for lemmas, gloss in wordnet.glosses(part):
            words = [lemma for lemma in lemmas if "_" not in lemma]
            for example in EXAMPLE.findall(gloss):
                for word in words:
                    found = re.search(rf"\b{re.escape(word)}\b", example)
                    if found and 3 <= len(example.split()) <= 15:
                        for other in words:
                            if other.lower() != word.lower():
                                yield example, example[: found.start()] + other + example[found.end() :]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", default="minilm")
    parser.add_argument("--share", type=float, default=0.1)
    parser.add_argument("--threshold", type=float, help="also print the share that reaches this")
    parser.add_argument("--wordnet")
    arguments = parser.parse_args()
    pairs = sorted(set(paraphrases(WordNet(path=arguments.wordnet).files())))
    chosen = random.Random(0).sample(pairs, PAIRS)
    vectors = SentenceTransformer(model=arguments.encoder).answer([text for pair in chosen for text in pair])
    cosines = np.einsum("nd,nd->n", vectors[::2], vectors[1::2])
    deciles = np.quantile(cosines, (0.1, 0.5, 0.9)).round(3)
    print(f"{len(pairs)} paraphrases, {PAIRS} of them encoded; cosine, first, middle and last decile: {deciles}")
    print(f"threshold that a share of {arguments.share} reaches: {np.quantile(cosines, 1 - arguments.share):.4f}")
    if arguments.threshold is not None:
        print(f"share that reaches {arguments.threshold}: {(cosines >= arguments.threshold).mean():.3f}")
    table = GloveWordNet(wordnet=arguments.wordnet).table()
    near = (np.asarray(table.cosines) >= 0.9).sum(axis=1)
    alone = (near == 0).mean()
    print(f"glove50-wordnet: {near.mean():.1f} neighbours a word within a cosine of 0.9, none for {alone:.0%}")


if __name__ == "__main__":
    main()
