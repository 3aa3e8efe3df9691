"""Adversarial examples for people: what was changed stands out."""

from collections.abc import Iterator, Sequence

from rich.text import Text as RichText

from rosearch.attacks.marking import segments
from rosearch.attacks.result import AttackResult
from rosearch.core.protocols import Text
from rosearch.core.text import fields_of


def render_examples(results: Sequence[AttackResult], label_names: Sequence[str], *, count: int) -> Iterator[RichText]:
    """Gives the first successful attacks, each changed word marked by colour and by brackets.

    Args:
        results: Of one attack.
        label_names: The classes.
        count: How many to give at most.

    Yields:
        Two lines each: before and after.
    """
    for result in [result for result in results if result.status == "success"][:count]:
        before, after = label_names[result.prediction_before], label_names[result.prediction_after]
        lines = RichText(f"{result.example_id}: {before} -> {after}, {result.queries} queries\n", style="bold")
        lines.append_text(_marked("  - ", result.original, result, "green")).append("\n")
        lines.append_text(_marked("  + ", result.adversarial, result, "red"))
        yield lines


def _marked(prefix: str, text: Text, result: AttackResult, colour: str) -> RichText:
    """Renders a text; of a pair, the field that was left alone is dim."""
    rendered = RichText(prefix)
    for number, field in enumerate(fields_of(text)):
        rendered.append(" | " if number else "", style="dim")
        attacked = number == result.field
        rendered.append_text(_field(field, result.changed, colour) if attacked else RichText(field, style="dim"))
    return rendered


def _field(field: str, changed: Sequence[int], colour: str) -> RichText:
    rendered = RichText()
    for segment in segments(field, changed):
        if segment.changed:
            rendered.append(f"[{segment.text}]", style=f"bold {colour}")
        else:
            rendered.append(segment.text)
    return rendered
