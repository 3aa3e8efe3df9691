"""What words may become: synonyms from WordNet or a table, and the words that no attack may touch."""

from rosearch.lexicons.lexicon import Lexicon
from rosearch.lexicons.stop_words import STOP_WORDS
from rosearch.lexicons.table import Table
from rosearch.lexicons.wordnet import WordNet

__all__ = ["Lexicon", "STOP_WORDS", "Table", "WordNet"]
