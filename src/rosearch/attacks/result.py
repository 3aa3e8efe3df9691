"""What an attack did to one text."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypeAlias, final

from rosearch.core.protocols import Text

Status: TypeAlias = Literal["skipped", "success", "failed"]


@final
@dataclass(frozen=True, kw_only=True)
class AttackResult:
    """The outcome of one attack on one text.

    Args:
        example_id: The text's name.
        status: ``"skipped"``: wrong before the attack; ``"success"``: wrong now; ``"failed"``: right still.
        original: The text before the attack.
        adversarial: The text that the attack ended with, successful or not.
        label: The gold label.
        prediction_before: The victim's prediction for ``original``.
        prediction_after: The victim's prediction for ``adversarial``, asked again after the attack.
        score_before: The attack's score of ``original``.
        score_after: The attack's score of ``adversarial``.
        queries: Texts asked as TextAttack counts them: repetitions included, and one for ``original``.
        computed_queries: Texts that the victim was really asked for this example, the final check included.
        rough_queries: Texts that a stand-in was asked for this example; 0 without screening.
        steps: Greedy steps whose texts the victim itself was asked.
        flat_steps: How many of them left the score as it was, whatever was tried.
        exhausted: Whether ``max_queries`` ended the search.
        similarity: Cosine of original and adversarial text, where a constraint has a sentence encoder and the attack
            succeeded.
        words: Words in the attacked field.
        changed: Indices of the words that differ.
        falls_within: For each query budget asked for, whether the text is lost within it (a skipped one always is).
        transferred: Whether ``adversarial`` was found on another model, where ``queries``, ``falls_within`` and steps
            are from, and fooled this one too.
    """

    example_id: str
    status: Status
    original: Text
    adversarial: Text
    label: int
    prediction_before: int
    prediction_after: int
    score_before: float
    score_after: float
    queries: int
    computed_queries: int
    words: int
    changed: tuple[int, ...]
    falls_within: Mapping[int, bool] = field(default_factory=dict)
    rough_queries: int = 0
    steps: int = 0
    flat_steps: int = 0
    exhausted: bool = False
    similarity: float | None = None
    transferred: bool = False

    @property
    def field(self) -> int:
        """Which field of a pair was rewritten; 0 where nothing was."""
        pair = isinstance(self.original, tuple)
        return int(pair and self.original[0] == self.adversarial[0] and self.original[1] != self.adversarial[1])

    @property
    def robust(self) -> bool:
        """Whether the text was right before the attack and stayed so."""
        return self.status == "failed"

    def to_record(self) -> dict[str, Any]:
        """Returns plain data for JSON; budgets become strings there."""
        return {
            **asdict(self),
            "original": _plain(self.original),
            "adversarial": _plain(self.adversarial),
            "changed": list(self.changed),
            "falls_within": {str(budget): falls for budget, falls in self.falls_within.items()},
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "AttackResult":
        """Returns the result that ``to_record`` made the record of."""
        return cls(
            **{
                **record,
                "original": _text(record["original"]),
                "adversarial": _text(record["adversarial"]),
                "changed": tuple(record["changed"]),
                "falls_within": {int(budget): falls for budget, falls in record["falls_within"].items()},
            }
        )


def _plain(text: Text) -> str | list[str]:
    return text if isinstance(text, str) else list(text)


def _text(data: str | list[str]) -> Text:
    return data if isinstance(data, str) else (data[0], data[1])
