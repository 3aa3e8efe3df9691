"""The universal part of speech of each tag of the Penn Treebank."""

from typing import Final

_BY_UNIVERSAL: Final = {
    "ADJ": "JJ JJR JJS",
    "ADP": "IN",
    "ADV": "RB RBR RBS WRB",
    "CONJ": "CC",
    "DET": "DT EX PDT WDT",
    "NOUN": "NN NNP NNPS NNS",
    "NUM": "CD",
    "PRON": "PRP PRP$ WP WP$",
    "PRT": "POS RP TO",
    "VERB": "MD VB VBD VBG VBN VBP VBZ",
    "X": "FW LS SYM UH",
    ".": "# $ '' ( ) , -LRB- -RRB- . : ``",
}

UNIVERSAL: Final = {tag: universal for universal, tags in _BY_UNIVERSAL.items() for tag in tags.split()}
"""Petrov, Das, McDonald (2012). A Universal Part-of-Speech Tagset; a tag that is not listed is X."""
