"""TextAttack 0.3.11 made fit for comparison: nothing downloaded, ties stable, resources injected, every text recorded.

Imported where TextAttack is installed, never by this project's own code.
"""

import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

cache = Path(os.environ.setdefault("TA_CACHE_DIR", tempfile.mkdtemp()))
cache.mkdir(parents=True, exist_ok=True)
(cache / "post_install_check_3").touch()  # TextAttack downloads at import where this is missing
for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
    os.environ.setdefault(name, "1")

import nltk  # noqa: E402
import numpy as np  # noqa: E402

nltk.download = lambda *_, **__: False  # WordSwapWordNet asks for a corpus that English does not need

import textattack  # noqa: E402
from textattack.attack_recipes import (  # noqa: E402
    BAEGarg2019,
    BERTAttackLi2020,
    DeepWordBugGao2018,
    PWWSRen2019,
    TextBuggerLi2018,
    TextFoolerJin2019,
)
from textattack.models.wrappers import ModelWrapper  # noqa: E402
from textattack.search_methods import greedy_word_swap_wir  # noqa: E402
from textattack.shared import WordEmbedding  # noqa: E402

# The wheel lacks this file, so that TextBugger fails; only another attack would read what it holds.
homoglyphs = Path(textattack.__file__).parent / "shared" / "intentional_homoglyphs.txt"
if not homoglyphs.exists():
    homoglyphs.touch()

SEED = 765
RECIPES = {
    "pwws": PWWSRen2019,
    "deepwordbug": DeepWordBugGao2018,
    "textfooler": TextFoolerJin2019,
    "textbugger": TextBuggerLi2018,
    "bae": BAEGarg2019,
    "bert-attack": BERTAttackLi2020,
}
Texts = Sequence[str]


class StableArray(np.ndarray):
    def argsort(self, *args: Any, **kwargs: Any) -> Any:
        return np.asarray(self).argsort(*args, **{"kind": "stable", **kwargs})


class StableNumpy:
    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)

    @staticmethod
    def array(*args: Any, **kwargs: Any) -> Any:
        return np.array(*args, **kwargs).view(StableArray)


greedy_word_swap_wir.np = StableNumpy()


def inject_vectors(words: Sequence[str], vectors: Any, neighbours: Any) -> None:
    """Takes these vectors for the counter-fitted ones; ``neighbours`` lists rows, nearest first, without the word."""
    own = np.arange(len(words))[:, None]
    embedding = WordEmbedding(
        np.array(vectors, dtype=np.float32),
        {word: row for row, word in enumerate(words)},
        dict(enumerate(words)),
        np.concatenate([own, np.asarray(neighbours)], axis=1),
    )
    WordEmbedding.counterfitted_GLOVE_embedding = staticmethod(lambda: embedding)


def inject_encoder(encode: Callable[[list[str]], Any]) -> None:
    """Takes this for the Universal Sentence Encoder."""
    from textattack.constraints.semantics.sentence_encoders.universal_sentence_encoder import (
        universal_sentence_encoder as module,
    )

    module.UniversalSentenceEncoder.encode = lambda _, texts: np.asarray(encode(list(texts)), dtype=np.float32)


def inject_tagger(tags: Callable[[list[str]], Sequence[str]]) -> None:
    """Takes this for NLTK's tagger."""
    nltk.pos_tag = lambda words, **_: list(zip(words, tags(list(words)), strict=True))


def inject_masked_lm(folder: str, *, padded: bool = True) -> None:
    """Takes the checkpoint in a folder for bert-base-uncased.

    Without padding to 512 word pieces, as TextAttack has it, outcomes are the same, many times faster.
    """
    from textattack.transformations.word_swaps import word_swap_masked_lm as module
    from transformers import AutoModelForMaskedLM, AutoTokenizer

    model, tokenizer = AutoModelForMaskedLM.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    if not padded:
        module.WordSwapMaskedLM._encode_text = lambda swap, text: swap._lm_tokenizer(
            text, max_length=swap.max_length, truncation=True, padding=True, return_tensors="pt"
        )
    for name, loaded in (("AutoModelForMaskedLM", model), ("AutoTokenizer", tokenizer)):
        setattr(module, name, type(name, (), {"from_pretrained": staticmethod(lambda *_, _it=loaded, **__: _it)}))


class Wrapper(ModelWrapper):
    """A callable that gives probabilities, as TextAttack wants a victim."""

    def __init__(self, probabilities: Callable[[list[str]], Any]) -> None:
        self.model = probabilities

    def __call__(self, texts: Texts) -> Any:
        return np.asarray(self.model(list(texts)))


class Recorder:
    """One TextAttack attack that writes down the order of words and every text it asks."""

    def __init__(self, recipe: str, probabilities: Callable[[list[str]], Any], budget: int | None = None) -> None:
        self.attack = RECIPES[recipe].build(Wrapper(probabilities))
        self.order: list[int] = []
        self.asked: list[str] = []
        goal, search = self.attack.goal_function, self.attack.search_method
        if budget is not None:
            goal.query_budget = budget
        get_results, get_order = goal.get_results, search._get_index_order

        def recording_results(texts: Any, check_skip: bool = False) -> Any:
            results, over = get_results(texts, check_skip=check_skip)
            self.asked.extend(result.attacked_text.text for result in results)
            return results, over

        def recording_order(*args: Any, **kwargs: Any) -> Any:
            order, over = get_order(*args, **kwargs)
            self.order = [int(index) for index in order]
            return order, over

        goal.get_results = search.get_goal_results = recording_results
        search._get_index_order = recording_order

    def run(self, text: str, label: int) -> dict[str, Any]:
        """Attacks one text from the same seed as any other."""
        textattack.shared.utils.set_seed(SEED)
        self.order, self.asked = [], []
        result = self.attack.attack(text, label)
        status = type(result).__name__.removesuffix("AttackResult").lower()
        return {
            "status": {"successful": "success"}.get(status, status),
            "adversarial": result.perturbed_result.attacked_text.text,
            "queries": int(result.num_queries),
            "order": self.order,
        }
