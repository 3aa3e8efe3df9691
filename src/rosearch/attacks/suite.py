"""Suites: recipes that go together by name, so that nobody chooses the one that suits a figure."""

from collections.abc import Mapping

SUITES: Mapping[str, tuple[str, ...]] = {
    "quick": ("pwws", "deepwordbug"),
    "standard": ("textfooler", "pwws", "textbugger", "deepwordbug"),
}
"""Kinds of recipes by the suite's name, none of which needs a model of its own; BERT-Attack and BAE ask for a masked
language model and are named with it."""
