"""A page that shows an attack: figures with their intervals, and every text with the changed words marked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import final

from rosearch.attacks.marking import Segment, segments
from rosearch.attacks.result import AttackResult
from rosearch.attacks.robustness import Robustness
from rosearch.core.protocols import Text
from rosearch.core.text import fields_of
from rosearch.core.version import __version__
from rosearch.report.pages import render

STATUSES = {"success": "fell", "failed": "withstood", "skipped": "wrong before the attack"}


@final
@dataclass(frozen=True, kw_only=True)
class MarkedText:
    """One text before and after an attack.

    Args:
        example_id: The text's name.
        label: Name of the gold class.
        answer: Name of the class that the model gives afterwards.
        queries: Nominal queries.
        before: The fields of the text, each in stretches.
        after: The same after the attack; empty where nothing was changed.
    """

    example_id: str
    label: str
    answer: str
    queries: int
    before: tuple[tuple[Segment, ...], ...]
    after: tuple[tuple[Segment, ...], ...]


def attack_page(
    *,
    model: str,
    texts: str,
    label_names: Sequence[str],
    robustness: Sequence[Robustness],
    results: Mapping[str, Sequence[AttackResult]],
    notes: Sequence[str] = (),
) -> str:
    """Renders one HTML page that needs nothing beside itself.

    Args:
        model: What was attacked.
        texts: Where the texts come from.
        label_names: The classes.
        robustness: One record for each attack and score.
        results: The outcome of each text, by ``"<attack>-<score>"``.
        notes: Sentences to stand above the figures, such as flags.
    """
    sections = {
        name: {
            title: [_marked(result, label_names) for result in outcome if result.status == status]
            for status, title in STATUSES.items()
        }
        for name, outcome in results.items()
    }
    return render(
        "attack.html.jinja",
        model=model,
        texts=texts,
        label_names=label_names,
        robustness=robustness,
        sections=sections,
        notes=notes,
        version=__version__,
    )


def _marked(result: AttackResult, label_names: Sequence[str]) -> MarkedText:
    touched = result.adversarial != result.original
    return MarkedText(
        example_id=result.example_id,
        label=label_names[result.label],
        answer=label_names[result.prediction_after],
        queries=result.queries,
        before=_fields(result.original, result),
        after=_fields(result.adversarial, result) if touched else (),
    )


def _fields(text: Text, result: AttackResult) -> tuple[tuple[Segment, ...], ...]:
    """Cuts the fields of a text; only the attacked one has changed words."""
    return tuple(
        tuple(segments(field, result.changed if number == result.field else ()))
        for number, field in enumerate(fields_of(text))
    )
