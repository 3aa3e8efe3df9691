"""The record of a study: what it refuses, what it says, whose it is."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rosearch.core.errors import ConfigError, LockError
from rosearch.core.events import Event, Notice, Progress
from rosearch.core.files import write_json
from rosearch.search.configuration import SearchSettings
from rosearch.search.evolution import Evolution
from rosearch.search.study import Study
from rosearch.space.space import DagSpace
from rosearch.store.journal import read_journal
from rosearch.store.lock import locked
from rosearch.teachers.teacher import PreparedTeacher
from rosearch.testing.instant_study import InstantTeacher, InstantWorkbench
from rosearch.testing.toy_task import toy_task

pytestmark = pytest.mark.usefixtures("bench")


def notices(events: list[Event]) -> str:
    return "\n".join(event.text for event in events if isinstance(event, Notice))


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"seed": 4}, "seed: 0 -> 4"),
        ({"task": toy_task(seed=1)}, "task: its content, "),
        ({"strategy": Evolution(population=5)}, "strategy.population: 4 -> 5"),
        ({"space": DagSpace.preset("tiny", max_nodes=3)}, "space.max_nodes: 4 -> 3"),
        ({"teacher": InstantTeacher(weights="second")}, "teacher.weights: 'first' -> 'second'"),
        ({"settings": SearchSettings(window=9)}, "search.window: 3 -> 9"),
    ],
)
def test_a_change_is_refused_and_shown(make: Callable[..., Study], changes: dict[str, Any], shown: str) -> None:
    make(trials=2, finalists=0).run()
    journal = make().directory.journal_path.read_bytes()
    for refused in (make(**changes).run, make(**changes).check):
        with pytest.raises(ConfigError, match="was begun with another configuration") as raised:
            refused()
        assert shown in str(raised.value)
    assert make().directory.journal_path.read_bytes() == journal


def test_changed_content_of_a_lexicon_is_refused(make: Callable[..., Study], lexicon: Path) -> None:
    make(trials=2, finalists=0).run()
    write_json(lexicon, {"good": ["bad"]})
    with pytest.raises(ConfigError, match="attack pwws: its content, "):
        make().run()


def test_another_teacher_in_the_folder_is_refused(make: Callable[..., Study], monkeypatch: pytest.MonkeyPatch) -> None:
    make(trials=2, finalists=0).run()
    prepare = InstantTeacher.prepare

    def prepare_another(teacher: InstantTeacher, *arguments: Any, **rest: Any) -> PreparedTeacher:
        return replace(prepare(teacher, *arguments, **rest), fingerprint="other")

    monkeypatch.setattr(InstantTeacher, "prepare", prepare_another)
    with pytest.raises(ConfigError, match=r"another teacher .*first -> other"):
        make(trials=4).run()


def test_a_setting_that_came_after_the_run_was_begun_has_its_default(make: Callable[..., Study]) -> None:
    study = make(trials=2, finalists=0)
    study.run()
    recorded = study.directory.path / "run.toml"
    lines = recorded.read_text(encoding="utf-8").splitlines(keepends=True)
    recorded.write_text("".join(line for line in lines if not line.startswith("attacked_field")), encoding="utf-8")
    assert len(recorded.read_text(encoding="utf-8").splitlines()) == len(lines) - 1
    make(trials=4, finalists=0).run()
    assert len(study.trials) == 4


def test_the_journal_begins_with_what_was_asked_for(make: Callable[..., Study]) -> None:
    make(trials=2).run()
    entries = read_journal(make().directory.journal_path).entries
    kinds = [entry.kind for entry in entries]
    assert kinds == [
        "extent",
        "teacher",
        "task",
        "reference",
        "trial",
        "trial",
        *["final"] * kinds.count("final"),
        "complete",
    ]
    assert entries[0].data == {"trials": 2, "finalists": 2}


def test_a_check_writes_nothing(make: Callable[..., Study]) -> None:
    make().check()
    assert not make().directory.path.exists()


def test_a_second_process_is_turned_away(make: Callable[..., Study]) -> None:
    with locked(make().directory.path / "run.lock"), pytest.raises(LockError, match="is writing to this run"):
        make().run()


def test_what_a_kill_left_in_a_folder_is_removed(make: Callable[..., Study]) -> None:
    whole = make("whole").run()
    left = make().directory.trial_path(whole.trials[1].proposal) / "student" / ".model.safetensors.x.part"
    left.parent.mkdir(parents=True)
    left.write_text("half")
    make().run()
    assert not left.exists()


def test_the_front_says_whose_students_there_are(make: Callable[..., Study]) -> None:
    study = make()
    results = study.run()
    assert [member.trial for member in study.front] == list(results.front)
    best = study.front[0]
    assert best.robustness == best.trial.robustness
    assert best.accuracy == best.trial.accuracy
    assert best.robust_accuracy == best.trial.robust_accuracy
    assert best.architecture == results.trials[best.index].architecture


def test_a_resumed_run_says_so(make: Callable[..., Study], bench: InstantWorkbench) -> None:
    make().run(stop=lambda: len(bench.evaluated) >= 4)
    events: list[Event] = []
    path = make().directory.journal_path
    path.write_bytes(path.read_bytes()[:-3])
    make().run(listener=events.append)
    assert "cut off" in notices(events)
    assert "going on; 2 of 10 trials are on record" in notices(events)


def test_progress_counts_trials_and_finals_and_names_them(make: Callable[..., Study]) -> None:
    events: list[Event] = []
    make(trials=3).run(listener=events.append)
    progress = [event for event in events if isinstance(event, Progress)]
    assert [(event.done, event.total) for event in progress if event.stage == "search"] == [
        (done, 3) for done in range(4)
    ]
    finals = [event for event in progress if event.stage == "finals"]
    assert [event.done for event in finals] == list(range(finals[0].total + 1))
    stages = {event.stage for event in progress}
    assert {"trial 0: training", "bag of embeddings, seed 0: training", "teacher: training"} <= stages
