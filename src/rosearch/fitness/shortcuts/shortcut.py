"""The family of shortcuts: what a search may leave out of a candidate's attacks."""

from abc import ABC
from collections.abc import Sequence
from typing import ClassVar, TypeVar

from rosearch.core.component import Component


class Shortcut(Component, ABC):
    """One way to attack candidates of a search for less, at the price of figures that are not those of whole attacks.

    Shortcuts touch the choice among candidates and nothing else: finalists are always attacked without. A figure that
    was measured with one says so, wherever it is recorded and shown. ``benchmarks/shortcuts.py`` measures what each
    saves and how far its figures are off.
    """

    family: ClassVar[str] = "shortcut"
    members: ClassVar[tuple[str, ...]] = (
        "rosearch.fitness.shortcuts.cheap_order",
        "rosearch.fitness.shortcuts.transfer",
        "rosearch.fitness.shortcuts.informative_subset",
        "rosearch.fitness.shortcuts.racing",
    )
    kind: str


S = TypeVar("S", bound=Shortcut)


def find(shortcuts: Sequence[Shortcut], wanted: type[S]) -> S | None:
    """Returns the one shortcut of a class; None where it is not among them."""
    return next((shortcut for shortcut in shortcuts if isinstance(shortcut, wanted)), None)


def require_compatible(shortcuts: Sequence[Shortcut]) -> None:
    """Makes sure that shortcuts can work together.

    Args:
        shortcuts: All of one fidelity.

    Raises:
        ValueError: If there are two of one kind, or two that draw texts in ways of their own.
    """
    kinds = [shortcut.kind for shortcut in shortcuts]
    for kind in kinds:
        if kinds.count(kind) > 1:
            raise ValueError(f"shortcuts: there are {kinds.count(kind)} of the kind {kind!r}; leave one")
    if {"informative_subset", "racing"} <= set(kinds):
        raise ValueError(
            "shortcuts: informative_subset and racing do not go together, as a race takes all texts alike and a subset "
            "weighs them; leave one"
        )
