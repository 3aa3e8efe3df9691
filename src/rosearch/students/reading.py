"""How the students of one teacher read one task: the tokenizer, the tables and the encoded texts of each input."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import final

import numpy as np
from numpy.typing import NDArray

from rosearch.core.protocols import IntArray, Text
from rosearch.core.text import all_fields
from rosearch.data.encoded import Encoded
from rosearch.data.ngrams import NGrams
from rosearch.data.spelling import SpellingCorrector
from rosearch.data.tokenization import Tokenizer
from rosearch.data.word_reading import WordReading, words_in
from rosearch.lexicons.clustering import clusters_of
from rosearch.lexicons.lexicon import Lexicon
from rosearch.space.architecture import InputGenes
from rosearch.students.characters import NGramVectors, character_features
from rosearch.students.inputs import PieceInput, svd_embedding
from rosearch.students.ngram_embedding import ngram_embedding


@final
@dataclass(frozen=True, kw_only=True)
class ReadTexts:
    """Training texts as students with one kind of input read them.

    Args:
        tokenizer: Theirs.
        encoded: The texts.
        rows: Row of the teacher's table for each of the tokenizer's ids, shape ``(V,)``.
    """

    tokenizer: Tokenizer
    encoded: Encoded
    rows: IntArray


@final
@dataclass(frozen=True, kw_only=True)
class Reading:
    """What students share by the genes of their input; each kind is prepared once.

    Args:
        tokenizer: The teacher's.
        word_embeddings: The teacher's table, shape ``(V, d)``.
        texts: The training texts: they decide which words are clustered and which pieces stay.
        max_length: Longest input in word pieces.
        lexicon: Whose synonyms are clustered.
    """

    tokenizer: Tokenizer
    word_embeddings: NDArray[np.floating]
    texts: Sequence[Text]
    max_length: int
    lexicon: Lexicon
    _read: dict[InputGenes, ReadTexts] = field(default_factory=dict, repr=False)

    def of(self, genes: InputGenes) -> ReadTexts:
        """Returns the tokenizer and the encoded texts for an input.

        Args:
            genes: Of the input.

        Raises:
            AssetError: If the lexicon of clusters cannot be had.
            TeacherError: If the teacher's vocabulary cannot be pruned.
        """
        # How pieces become vectors makes no difference to the ids.
        kind = replace(genes, rank=1, trained=True)
        if kind not in self._read:
            self._read[kind] = self._prepare(kind)
        return self._read[kind]

    @property
    def as_the_teacher(self) -> ReadTexts:
        """What students read whose input is the teacher's word pieces and nothing else."""
        return self.of(InputGenes(rank=1, trained=True))

    def vocabulary_size(self, genes: InputGenes) -> int:
        """Returns the rows of the embedding table for an input; the teacher's may have more than its tokenizer."""
        return len(self.of(genes).rows)

    def begin(self, module: PieceInput, genes: InputGenes) -> None:
        """Fills a new input's tables from the teacher's.

        Args:
            module: The input.
            genes: Those it was built from.
        """
        table = svd_embedding(self.word_embeddings, genes.rank)
        module.load_table(table[self.of(genes).rows])
        if isinstance(module.characters, NGramVectors):
            ngrams = NGrams(buckets=genes.buckets)
            module.characters.load_table(ngram_embedding(self._whole_words, table, ngrams))

    @cached_property
    def _whole_words(self) -> list[tuple[str, int]]:
        return self.tokenizer.whole_words()

    def _spelling(self, clusters: Mapping[str, str]) -> SpellingCorrector:
        """Returns the corrector that knows the words of the training texts, of the vocabulary and of the clusters."""
        counts = Counter(word for field in all_fields(self.texts) for word in words_in(field))
        words = (word.lower() for word in (*dict(self._whole_words), *clusters, *clusters.values()))
        return SpellingCorrector(dict.fromkeys(filter(str.isalpha, words), 1) | counts)

    def _prepare(self, kind: InputGenes) -> ReadTexts:
        tokenizer, rows = self.tokenizer, np.arange(len(self.word_embeddings))
        if kind.clusters != "none" or kind.spelling:
            chains = kind.clusters == "chains"
            clusters = clusters_of(self.texts, self.lexicon, chains=chains) if kind.clusters != "none" else {}
            spelling = self._spelling(clusters) if kind.spelling else None
            tokenizer = tokenizer.with_reading(WordReading(clusters, spelling=spelling))
        if kind.pruned:
            used = np.unique(tokenizer.encode_similar(self.texts, max_length=self.max_length).ids)
            tokenizer, rows = tokenizer.pruned(used.tolist())
        tokenizer = tokenizer.with_characters(character_features(kind))
        encoded = tokenizer.encode_similar(self.texts, max_length=self.max_length)
        return ReadTexts(tokenizer=tokenizer, encoded=encoded, rows=rows)
