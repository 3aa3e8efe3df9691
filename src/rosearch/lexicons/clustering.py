"""Clusters of synonyms, from a lexicon and the words of a task's training texts."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from rosearch.core.files import read_json, write_json
from rosearch.core.fingerprint import fingerprint, fingerprint_texts
from rosearch.core.protocols import Text
from rosearch.core.text import all_fields
from rosearch.data.derived import derived_folder
from rosearch.lexicons.lexicon import Lexicon
from rosearch.lexicons.stop_words import STOP_WORDS

CLUSTERING_VERSION = 1
"""Part of the id of every training that reads clusters; raised when equal words would fall into other clusters."""

_WORD = re.compile(r"[^\W\d_]{2,}(?:['-][^\W\d_]+)*")
_FILE = "clusters.json"


def clusters_of(texts: Iterable[Text], lexicon: Lexicon, *, chains: bool) -> dict[str, str]:
    """Returns the clusters of a task's words, by word the one it is read as; built once and kept in the cache folder.

    Args:
        texts: The training texts, with one text field or two.
        lexicon: Gives the synonyms.
        chains: As in `gather`.

    Raises:
        AssetError: If the lexicon cannot be had, or the cache folder cannot be written.
    """
    fields = list(all_fields(texts))
    key = fingerprint([CLUSTERING_VERSION, lexicon.fingerprint(), chains, fingerprint_texts(fields)])

    def build(folder: Path) -> None:
        counts = Counter(word for field in fields for word in _WORD.findall(field.lower()))
        write_json(folder / _FILE, gather(counts, lexicon, chains=chains))

    clusters: dict[str, str] = read_json(derived_folder("clusters", key, build) / _FILE)
    return clusters


def gather(counts: Mapping[str, int], lexicon: Lexicon, *, chains: bool) -> dict[str, str]:
    """Gathers words and their synonyms into clusters, frequent words first. Stop words are in none.

    A word that is in no cluster yet founds its own, and its synonyms that are in none follow it: a star. In chains, a
    word first joins the cluster of its most frequent synonym that is in one, and takes its own synonyms along: so most
    swaps stay within a cluster, and words that share only a distant meaning do too.

    Args:
        counts: How often each word, in lower case, occurs in the training texts.
        lexicon: Gives the synonyms; what it is restricted to decides how wide clusters are.
        chains: Whether clusters grow beyond a word and its synonyms.

    Returns:
        For each word the one that its cluster is read as, the most frequent of those that founded it.

    References:
        Wang et al. (2019). arXiv:1909.06723, algorithm 1, which makes chains

    Differences from the paper: stars are ours; synonyms are ordered by their frequency, not by their distance, which a
    lexicon without vectors does not have. Jones et al. (arXiv:2005.01229) weigh the same two aims against each other.
    """

    def often(word: str) -> tuple[int, str]:
        return -counts.get(word, 0), word

    found: dict[str, str] = {}
    for word in sorted(filter(_may_join, counts), key=often):
        if word in found and not chains:
            continue
        lowered = {synonym.lower() for synonym in lexicon.synonyms(word)} - {word}
        synonyms = sorted(filter(_may_join, lowered), key=often)
        if word not in found:
            others = (found[synonym] for synonym in synonyms if synonym in found)
            found[word] = next(others, word) if chains else word
        for synonym in synonyms:
            found.setdefault(synonym, found[word])
    return found


def _may_join(word: str) -> bool:
    return word not in STOP_WORDS and _WORD.fullmatch(word) is not None
