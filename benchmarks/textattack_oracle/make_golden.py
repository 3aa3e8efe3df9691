"""Records what TextAttack 0.3.11 does to the golden texts; see README.md beside this file."""

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

cache = Path(os.environ.setdefault("TA_CACHE_DIR", tempfile.mkdtemp()))
cache.mkdir(parents=True, exist_ok=True)
(cache / "post_install_check_3").touch()  # TextAttack downloads at import where this is missing

import nltk  # noqa: E402
import numpy as np  # noqa: E402

nltk.download = lambda *_, **__: False  # WordSwapWordNet asks for a corpus that English does not need

import textattack  # noqa: E402
from textattack.attack_recipes import DeepWordBugGao2018, PWWSRen2019  # noqa: E402
from textattack.models.wrappers import ModelWrapper  # noqa: E402
from textattack.search_methods import greedy_word_swap_wir  # noqa: E402
from textattack.transformations import WordSwapWordNet  # noqa: E402

SEED = 765
BUDGETS = (1, 4, 9, 17, 30, 55, 90)
RECIPES = {"pwws": PWWSRen2019, "deepwordbug": DeepWordBugGao2018}


class Wrapper(ModelWrapper):
    """A victim of the golden tests as TextAttack wants it."""

    def __init__(self, victim: Any) -> None:
        self.model = victim

    def __call__(self, texts: Sequence[str]) -> Any:
        return self.model.probabilities(list(texts))


class StableArray(np.ndarray):
    def argsort(self, *args: Any, **kwargs: Any) -> Any:
        return np.asarray(self).argsort(*args, **{"kind": "stable", **kwargs})


class StableNumpy:
    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)

    @staticmethod
    def array(*args: Any, **kwargs: Any) -> Any:
        return np.array(*args, **kwargs).view(StableArray)


class Recorder:
    """One TextAttack attack that writes down the order of words and every text it asks."""

    def __init__(self, recipe: str, victim: Any, budget: int | None = None) -> None:
        self.attack = RECIPES[recipe].build(Wrapper(victim))
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
        textattack.shared.utils.set_seed(SEED)
        self.order, self.asked = [], []
        result = self.attack.attack(text, label)
        status = type(result).__name__.removesuffix("AttackResult").lower()
        return {
            "status": {"successful": "success"}.get(status, status),
            "adversarial": result.perturbed_result.attacked_text.text,
            "queries": int(result.num_queries),
            "order": self.order,
            "asked": hashlib.sha256("\n".join(self.asked).encode()).hexdigest()[:16],
        }


def main() -> None:
    folder = Path(sys.argv[1])
    sys.path.insert(0, str(folder))
    from golden_victims import VICTIMS, gold

    greedy_word_swap_wir.np = StableNumpy()
    texts = json.loads((folder / "golden_texts.json").read_text(encoding="utf-8"))
    for recipe in RECIPES:
        rows = []
        for name, victim in VICTIMS.items():
            whole = Recorder(recipe, victim)
            cut = {budget: Recorder(recipe, victim, budget) for budget in BUDGETS}
            for position, text in enumerate(texts):
                label = gold(name, text, position)
                row = {"victim": name, "text": position, "label": label, **whole.run(text, label)}
                row["budgets"] = {
                    budget: [(outcome := recorder.run(text, label))["status"], outcome["queries"]]
                    for budget, recorder in cut.items()
                }
                rows.append(row)
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / f"golden_{recipe}.jsonl").write_text("".join(lines), encoding="utf-8")
        for status in ("success", "failed", "skipped"):
            print(
                recipe, status, [sum(r["status"] == status and r["victim"] == name for r in rows) for name in VICTIMS]
            )
    swap = WordSwapWordNet()
    words = sorted({word for text in texts for word in textattack.shared.AttackedText(text).words})
    table = {word: sorted(swap._get_replacement_words(word)) for word in words}
    table_text = json.dumps({word: row for word, row in table.items() if row}, ensure_ascii=False, indent=0)
    (folder / "golden_synonyms.json").write_text(table_text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
