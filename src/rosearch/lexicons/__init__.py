"""What words may become: synonyms from WordNet, word vectors or a table, and the words that no attack may touch."""

from rosearch.lexicons.glove_wordnet import GloveWordNet
from rosearch.lexicons.lexicon import Lexicon
from rosearch.lexicons.stop_words import STOP_WORDS
from rosearch.lexicons.table import Table
from rosearch.lexicons.vectors_file import VectorsFile
from rosearch.lexicons.wordnet import WordNet

__all__ = ["GloveWordNet", "Lexicon", "STOP_WORDS", "Table", "VectorsFile", "WordNet"]
