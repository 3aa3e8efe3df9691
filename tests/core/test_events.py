"""Events: what happened, unchangeable, and free to be ignored."""

from dataclasses import FrozenInstanceError

import pytest

from rosearch.core.events import Event, Listener, Notice, Progress, ignore


@pytest.mark.parametrize("event", [Progress(stage="training", done=1, total=2), Notice(text="once")])
def test_an_event_is_a_fact_that_a_listener_may_drop(event: Event) -> None:
    listener: Listener = ignore
    listener(event)
    with pytest.raises(FrozenInstanceError):
        event.stage = "other"  # type: ignore[attr-defined]


def test_an_event_is_made_by_name_and_says_no_more_than_it_knows() -> None:
    with pytest.raises(TypeError):
        Progress("training", 1, 2)  # type: ignore[misc]
    event = Progress(stage="training", done=1, total=0)
    assert (event.unit, event.detail) == ("", "")
