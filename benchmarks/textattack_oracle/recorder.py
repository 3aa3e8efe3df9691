"""TextAttack 0.3.11 as it comes but for what ``tamed_textattack`` fixes, with its own goal; every text is recorded.

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

from rosearch.attacks.textattack.worker import tamed_textattack  # noqa: E402

tamed_textattack.forbid_downloads()

import numpy as np  # noqa: E402
from textattack.attack_recipes import (  # noqa: E402
    BAEGarg2019,
    BERTAttackLi2020,
    DeepWordBugGao2018,
    PWWSRen2019,
    TextBuggerLi2018,
    TextFoolerJin2019,
)
from textattack.models.wrappers import ModelWrapper  # noqa: E402

tamed_textattack.settle()

SEED = 765
RECIPES = {
    "pwws": PWWSRen2019,
    "deepwordbug": DeepWordBugGao2018,
    "textfooler": TextFoolerJin2019,
    "textbugger": TextBuggerLi2018,
    "bae": BAEGarg2019,
    "bert-attack": BERTAttackLi2020,
}


class Wrapper(ModelWrapper):
    """A callable that gives probabilities, as TextAttack wants a victim."""

    def __init__(self, probabilities: Callable[[list[str]], Any]) -> None:
        self.model = probabilities

    def __call__(self, texts: Sequence[str]) -> Any:
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
        tamed_textattack.seed_all(SEED)
        self.order, self.asked = [], []
        result = self.attack.attack(text, label)
        status = type(result).__name__.removesuffix("AttackResult").lower()
        return {
            "status": {"successful": "success"}.get(status, status),
            "adversarial": result.perturbed_result.attacked_text.text,
            "queries": int(result.num_queries),
            "order": self.order,
        }
