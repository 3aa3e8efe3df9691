"""Texts that fooled the parents come first."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, final

from rosearch.attacks.result import AttackResult
from rosearch.fitness.precedents import Precedents
from rosearch.fitness.shortcuts.shortcut import Shortcut


@final
@dataclass(frozen=True, kw_only=True)
class Transfer(Shortcut):
    """Asks the candidate first for the texts that the same attack fooled its parents with; what falls is not attacked.

    Every text that falls so is a real success: the same recipe made it from the same text, and the candidate's own
    answer decides. So robust accuracy without a limit of queries is never above that of the attack alone. Where on the
    budget curve such a text falls is not known, and taken from the model that it was found on.

    Args:
        sources: ``"parents"``: only the trials that the candidate was made from; ``"all"``: after them all other trials
            that its proposal saw, the latest first.
        texts: So many are asked at most for each example and attack.

    Raises:
        ValueError: If ``texts`` is below 1.

    References:
        Papernot, McDaniel, Goodfellow (2016). Transferability in Machine Learning. arXiv:1605.07277
    """

    kind: Literal["transfer"] = "transfer"
    sources: Literal["parents", "all"] = "parents"
    texts: int = 4

    def __post_init__(self) -> None:
        if self.texts < 1:
            raise ValueError(f"texts must be at least 1, got {self.texts}")

    def to_ask(self, name: str, precedents: Precedents) -> dict[str, list[AttackResult]]:
        """Returns by example id what to ask, in the order of asking.

        Args:
            name: Of the attack and score, such as ``"pwws-margin"``.
            precedents: The earlier trials.

        Raises:
            InputError: If a trial's outcomes are gone.
        """
        found: dict[str, dict[object, AttackResult]] = defaultdict(dict)
        for trial in precedents.nearest(parents_only=self.sources == "parents"):
            for result in trial.outcomes(name):
                texts = found[result.example_id]
                if result.status == "success" and len(texts) < self.texts:
                    texts.setdefault(result.adversarial, result)
        return {example: list(texts.values()) for example, texts in found.items()}

    def account(self, results: Mapping[str, Sequence[AttackResult]], precedents: Precedents) -> dict[str, Any]:
        """Returns what came of it, as plain data.

        Args:
            results: By attack and score.
            precedents: The earlier trials.
        """
        fallen = {name: sum(result.transferred for result in found) for name, found in results.items()}
        return {
            "fallen": fallen,
            "of": {name: sum(result.status == "success" for result in found) for name, found in results.items()},
            "from": [trial.index for trial in precedents.nearest(parents_only=self.sources == "parents")],
        }
