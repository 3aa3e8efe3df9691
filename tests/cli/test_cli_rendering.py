"""Lines, bars, numbers and marked words."""

import io

import numpy as np
import pytest
from rich.console import Console

from rosearch.attacks.result import AttackResult
from rosearch.cli.examples import render_examples
from rosearch.cli.progress import PlainLines, duration, showing_progress
from rosearch.cli.tables import count, front_table, percent, table_of
from rosearch.core.events import Notice, Progress
from rosearch.core.protocols import Text
from rosearch.fitness.environmental import EnvironmentalFitness
from rosearch.space.space import DagSpace
from rosearch.store.records import Proposal, Trial


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=80)


def text_of(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


class Clock:
    """A clock that a test sets."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr("rosearch.cli.progress.time.monotonic", lambda: self.now)


class TestPlainLines:
    def test_the_time_left_counts_from_where_a_resumed_search_began(
        self, console: Console, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clock, lines = Clock(monkeypatch), PlainLines(console)
        lines(Progress(stage="search", done=90, total=100, unit="trials"))
        clock.now += 60
        lines(Progress(stage="search", done=92, total=100, unit="trials"))
        assert text_of(console) == "search: 92/100 trials in 60 s, 4 min left\n"

    def test_without_a_total_no_time_left_is_told(self, monkeypatch: pytest.MonkeyPatch, console: Console) -> None:
        clock, lines = Clock(monkeypatch), PlainLines(console)
        for done in (1, 2, 3):
            lines(Progress(stage="predicting", done=done, total=0, unit="texts"))
            clock.now += 20
        assert text_of(console).splitlines()[-1] == "predicting: 3 texts in 40 s"

    def test_a_line_now_and_then_and_one_at_the_end(self, console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
        clock, lines = Clock(monkeypatch), PlainLines(console)
        for done in range(41):
            lines(Progress(stage="training", done=done, total=40, unit="steps", detail=f"loss {done}"))
            clock.now += 1
        assert text_of(console).splitlines() == [
            "training: 15/40 steps in 15 s, 25 s left, loss 15",
            "training: 30/40 steps in 30 s, 10 s left, loss 30",
            "training: 40/40 steps in 40 s, loss 40",
        ]

    def test_what_is_over_at_once_is_not_worth_a_line(self, console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
        Clock(monkeypatch)
        lines = PlainLines(console)
        for done in range(3):
            lines(Progress(stage="reading", done=done, total=2, unit="files"))
        assert text_of(console) == ""

    def test_bytes_are_shown_in_millions(self, console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
        clock, lines = Clock(monkeypatch), PlainLines(console)
        for done in (0, 199_000_000):
            lines(Progress(stage="reading", done=done, total=199_000_000, unit="bytes", detail="2,000,000 rows"))
            clock.now += 17
        assert text_of(console) == "reading: 199.0/199.0 MB in 17 s, 2,000,000 rows\n"

    def test_notices_are_printed_as_they_are(self, console: Console) -> None:
        with showing_progress(console) as display:
            display(Notice(text="[red] is no colour here " * 9))
            display.pin("nothing stays in view in a log")
        assert text_of(console) == "[red] is no colour here " * 9 + "\n"


class Screen(io.StringIO):
    """What a terminal gets to see."""

    def isatty(self) -> bool:
        return True


def test_bars_come_and_go_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    console = Console(file=Screen(), width=80, force_terminal=True, color_system=None)
    with showing_progress(console) as display:
        display.pin("the front")
        display(Notice(text="trial [0]: good"))
        display(Progress(stage="search", done=1, total=4, unit="trials", detail="slow"))
        display(Progress(stage="download", done=512, total=1024, unit="bytes"))
    shown = text_of(console)
    assert all(part in shown for part in ("the front", "trial [0]: good", "search", "1/4", "slow", "0.5/1.0 kB"))


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0 s"), (99, "99 s"), (150, "2 min"), (5000, "83 min"), (9000, "2.5 h")]
)
def test_durations(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown


@pytest.mark.parametrize(("number", "shown"), [(0, "0"), (434, "434"), (2306, "2.3 k"), (1_234_567, "1.23 M")])
def test_counts(number: float, shown: str) -> None:
    assert count(number) == shown


def test_percentages() -> None:
    assert percent(0.4567) == "45.7 %"


def test_a_table_too_wide_is_folded_and_not_cut(console: Console) -> None:
    table = table_of("name", *(f"figure {number}" for number in range(12)))
    table.add_row("a name of several words", *("12.3 [45.6, 78.9]" for _ in range(12)))
    console.print(table)
    assert "…" not in text_of(console)
    assert "".join(text_of(console).split()).count("8.9]") >= 1


def result(original: Text, adversarial: Text, changed: tuple[int, ...]) -> AttackResult:
    return AttackResult(
        example_id="test-1",
        status="success",
        original=original,
        adversarial=adversarial,
        label=0,
        prediction_before=0,
        prediction_after=1,
        score_before=0.0,
        score_after=1.0,
        queries=7,
        computed_queries=7,
        words=3,
        changed=changed,
    )


def test_changed_words_are_marked_in_both_texts() -> None:
    attacked = [result("A good, good plot", "A nice, good plan", (1, 3))]
    (shown,) = render_examples(attacked, ("bad", "good"), count=3)
    assert shown.plain.splitlines() == [
        "test-1: bad -> good, 7 queries",
        "  - A [good], good [plot]",
        "  + A [nice], good [plan]",
    ]


def test_the_second_text_of_a_pair_stands_behind() -> None:
    attacked = [result(("A good plot", "It is [fine]"), ("A fine plot", "It is [fine]"), (1,))]
    (shown,) = render_examples(attacked, ("bad", "good"), count=1)
    assert shown.plain.splitlines()[1:] == ["  - A [good] plot | It is [fine]", "  + A [fine] plot | It is [fine]"]


def test_the_front_says_how_many_texts_its_figures_stand_on_and_by_which_shortcuts(console: Console) -> None:
    def member(index: int, examples: float, **details: object) -> Trial:
        architecture = DagSpace.preset("tiny").sample(rng=np.random.default_rng(index))
        metrics = {"robustness": 0.5, "robust_accuracy": 0.25, "balanced_accuracy": 0.8, "parameters": 1e6 + index}
        return Trial(
            proposal=Proposal(index=index, architecture=architecture, operator="random"),
            metrics=metrics | {"examples": examples},
            details={"shortcuts": {"racing": {}, "transfer": {}}, **details},
        )

    front = [member(0, 100.0), member(1, 20.0), member(2, 40.0, robust_interval=[0.11, 0.42])]
    console.print(front_table(front, EnvironmentalFitness()))
    shown = " ".join(text_of(console).split())
    assert "on n = 20 to 100 dev texts, by shortcuts (racing, transfer), in %" in shown
    assert "25.0 [17.5, 34.3]" in shown
    assert "25.0 [11.2, 46.9]" in shown
    assert "25.0 [11.0, 42.0]" in shown
