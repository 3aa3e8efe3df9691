"""`status`, `show`, `analyze`: what is on record, for people and for programs."""

from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from rosearch.attacks.result_table import read_results
from rosearch.cli.status import describe_task
from rosearch.core.rng import SeedTree
from rosearch.fitness.accuracy import ACCURACY_METRICS
from rosearch.search.front_member import FrontMember
from rosearch.search.random_search import RandomSearch
from rosearch.search.study import Study
from rosearch.space.space import DagSpace
from rosearch.store.journal import Journal
from rosearch.store.records import Proposal, Trial
from rosearch.store.run_directory import RunDirectory
from rosearch.testing.instant_fitness import instant_search


def proposal(index: int) -> Proposal:
    architecture = DagSpace.preset("tiny").sample(rng=SeedTree(index).generator())
    return Proposal(index=index, architecture=architecture, operator="random")


def successes(member: FrontMember) -> bool:
    """Says whether an attack of the search changed some prediction."""
    folder = member.directory.trial_path(member.trial.proposal) / "attacks"
    return any(result.status == "success" for path in folder.glob("*.parquet") for result in read_results(path))


def assert_fits(text: str, *, width: int = 80) -> None:
    assert "…" not in text
    assert "..." not in text
    assert max(len(line.rstrip()) for line in text.splitlines() if "/" not in line) <= width


def spare_the_good(directory: RunDirectory) -> None:
    """Rewrites a run as if only texts of the class bad had been attacked."""
    path = directory.path / "run.toml"
    text = path.read_text()
    assert "attacked_labels = []" in text
    path.write_text(text.replace("attacked_labels = []", 'attacked_labels = ["bad"]'))
    entries = directory.entries
    directory.journal_path.unlink()
    with Journal.open(directory.journal_path) as journal:
        for entry in entries:
            spared = {"attacked_share": 0.4, "spared_accuracy": 0.9, "spared_texts": 36.0}
            metrics = {"metrics": entry.data["metrics"] | spared} if entry.kind == "final" else {}
            journal.append(entry.kind, {**entry.data, **metrics})


class TestStatus:
    def test_of_a_finished_run(self, rosearch: Callable, run: Path) -> None:
        answer = rosearch("status", run)
        assert answer.code == 0
        assert answer.err == ""
        assert answer.out.startswith(f"{run}: finished, 8 of 8 trials")
        assert "trainings measured on test" in answer.out
        rows = ("majority class", "teacher", "bag of embeddings", "Transformer", "trial ")
        assert all(any(line.startswith(f" {row}") for line in answer.out.splitlines()) for row in rows)
        assert "n = 12 texts" in answer.out
        assert "[95 %]" in answer.out
        assert "fitness (ours) = balanced accuracy" in answer.words
        assert f"rosearch show {run}" in answer.out
        assert_fits(answer.out)

    def test_what_the_texts_are(self, rosearch: Callable, run: Path) -> None:
        answer = rosearch("status", run)
        assert "240 training, 60 dev, 60 test texts; " in answer.words
        assert "word pieces" not in answer.out
        record = rosearch("status", run, "--json").json["task"]
        assert record["texts"] == {"train": 240, "dev": 60, "test": 60}
        assert sum(record["class_counts"]["train"]) == 240
        assert record["truncated"] == {"train": 0, "dev": 0, "test": 0}
        assert record["bad_rows"] == {"count": 0, "places": []}

    def test_texts_that_were_cut_or_left_out_are_named(self) -> None:
        record = {
            "name": "mine",
            "label_names": ["a", "b", "c", "d", "e", "f"],
            "texts": {"train": 1000, "dev": 100, "test": 100},
            "unlabelled": 0,
            "class_counts": {"train": [100, 500, 0, 250, 50, 100]},
            "truncated": {"train": 50, "dev": 6, "test": 4},
            "max_length": 128,
            "bad_rows": {"count": 1234, "places": ["mine.csv:7: the text is empty."]},
        }
        assert describe_task(record).splitlines() == [
            "task:    mine, 1,000 training, 100 dev, 100 test texts; b 50.0 %, d 25.0 %, f 10.0 %, a 10.0 %, "
            "2 more classes",
            "         60 texts (5.0 %) are cut to 128 word pieces",
            "         1,234 rows that do not fit were left out, first mine.csv:7: the text is empty.",
        ]

    def test_accuracy_over_classes_and_at_few_false_alarms(self, rosearch: Callable, run: Path) -> None:
        answer = rosearch("status", run)
        assert "On test: unchanged text, in %" in answer.out
        assert all(name in answer.words for name in ("balanced", "macro-F1", "worst", "recall at 1 %", "false alarms"))
        row = rosearch("status", run, "--json").json["finals"][0]
        assert set(row["unchanged"]) == set(ACCURACY_METRICS)
        assert row["robust"]["pwws"]["over_all"] is None

    def test_where_one_class_is_attacked_both_figures_are_shown(self, rosearch: Callable, run: Path) -> None:
        spare_the_good(RunDirectory(run))
        answer = rosearch("status", run)
        assert "n = 20 dev texts of bad" in answer.out
        assert "n = 12 texts of bad without query limit" in answer.words
        assert "On test: right of all texts in % [95 %], where those of bad are attacked" in answer.words
        assert_fits(answer.out)
        row = next(row for row in rosearch("status", run, "--json").json["finals"] if row["name"] == "teacher")
        value, low, high = row["robust"]["pwws"]["over_all"]
        assert value == pytest.approx(0.4 * row["robust"]["pwws"]["value"] + 0.6 * 0.9)
        assert low < value < high

    def test_of_an_unfinished_run(self, rosearch: Callable, cut_run: Callable) -> None:
        run = cut_run(3)
        answer = rosearch("status", run)
        assert answer.out.startswith(f"{run}: not finished, 3 of 8 trials")
        assert "of search left, then the finals" in answer.out
        assert "On test" not in answer.out

    def test_of_a_run_that_was_just_begun(self, rosearch: Callable, cut_run: Callable) -> None:
        run = cut_run(0)
        (run / "journal.jsonl").write_text("")
        answer = rosearch("status", run)
        assert answer.code == 0
        assert answer.out.startswith(f"{run}: not finished, 0 of 8 trials\n")

    def test_as_json(self, rosearch: Callable, run: Path, cut_run: Callable) -> None:
        study = Study.open(run)
        state = rosearch("status", run, "--json").json
        assert state["finished"] is True
        assert (state["trials"], state["trials_wanted"], state["search_left_s"]) == (8, 8, 0)
        assert [trial["proposal"]["index"] for trial in state["front"]] == [member.index for member in study.front]
        names = {row["name"].split(" ")[0] for row in state["finals"]}
        assert names >= {"teacher", "majority", "Transformer"}
        assert all(row["robust"]["pwws"]["n"] == 12 for row in state["finals"])
        state = rosearch("status", cut_run(3), "--json").json
        assert state["finished"] is False
        assert state["search_left_s"] == pytest.approx(5 * state["trial_s"])

    def test_of_failed_trials(self, rosearch: Callable, cut_run: Callable) -> None:
        failed = [Trial(proposal=proposal(index), status="failed", error="OutOfMemory: 3 [GB]") for index in (3, 4)]
        answer = rosearch("status", cut_run(3, *failed))
        assert "5 of 8 trials, 2 failed" in answer.out


class TestShow:
    def test_the_best_of_the_front(self, rosearch: Callable, run: Path) -> None:
        answer = rosearch("show", run)
        assert answer.code == 0
        state = rosearch("status", run, "--json").json
        assert answer.out.startswith("trial ")
        assert int(answer.out.split()[1]) in [trial["proposal"]["index"] for trial in state["front"]]
        assert "word pieces → cell A" in answer.out
        assert "pwws by margin, no query limit: " in answer.out
        assert "of n = 20 dev texts, which the search has seen" in answer.out
        assert_fits(answer.out.partition("\nweights   ")[2].partition("jsonl: ")[0])

    def test_changed_words_are_marked(self, rosearch: Callable, run: Path) -> None:
        fooled = next(member.index for member in Study.open(run).front if successes(member))
        shown = rosearch("show", run, fooled, "--examples", "2").out
        before = [line[4:] for line in shown.splitlines() if line.startswith("  - ")]
        after = [line[4:] for line in shown.splitlines() if line.startswith("  + ")]
        assert 0 < len(before) == len(after) <= 2
        for old, new in zip(before, after, strict=True):
            changed = [(a, b) for a, b in zip(old.split(), new.split(), strict=False) if a != b]
            assert changed
            assert all(a.startswith("[") and b.startswith("[") for a, b in changed[:1])
        assert "good -> bad" in shown or "bad -> good" in shown
        assert "  - " not in rosearch("show", run, fooled, "--examples", "0").out

    def test_a_drawing_as_svg(self, rosearch: Callable, run: Path, tmp_path: Path) -> None:
        drawing = tmp_path / "figures" / "trial.svg"
        assert rosearch("show", run, "1", "--svg", drawing).code == 0
        assert ElementTree.parse(drawing).getroot().tag.endswith("svg")  # noqa: S314 - our own file

    def test_as_json(self, rosearch: Callable, run: Path) -> None:
        record = rosearch("show", run, "2", "--json").json
        assert Trial.from_record(record) == Study.open(run).trials[2]

    def test_an_unknown_trial(self, rosearch: Callable, run: Path, cut_run: Callable) -> None:
        answer = rosearch("show", run, "99")
        assert (answer.code, answer.err) == (2, f"Error: {run}: there is no trial 99; recorded are 0 .. 7.\n")
        assert "none is recorded" in rosearch("show", cut_run(0), "0").err

    def test_an_empty_front(self, rosearch: Callable, cut_run: Callable) -> None:
        answer = rosearch("show", cut_run(0))
        assert answer.code == 2
        assert "the front is still empty. Name a trial, or search on." in answer.err

    def test_a_failed_trial(self, rosearch: Callable, cut_run: Callable) -> None:
        failed = Trial(proposal=proposal(3), status="failed", error="DivergenceError: the loss is nan [step 3]")
        answer = rosearch("show", cut_run(3, failed), "3")
        assert answer.code == 0
        assert "word pieces → cell A" in answer.out
        assert "failed: DivergenceError: the loss is nan [step 3]" in answer.out


class TestAnalyze:
    def test_too_few_trials(self, rosearch: Callable, run: Path) -> None:
        answer = rosearch("analyze", run)
        assert answer.code == 0
        assert answer.words.count("too few trials: ") == 2

    @pytest.fixture
    def long_run(self, cut_run: Callable) -> Path:
        return cut_run(0, *instant_search(RandomSearch(), DagSpace.preset("default"), trials=40, seed=0))

    def test_a_table_that_fits(self, rosearch: Callable, long_run: Path) -> None:
        answer = rosearch("analyze", long_run, "--samples", "200", "--rows", "5")
        assert answer.code == 0
        assert "Over the random sample: n = 40" in answer.out
        assert "found: " in answer.out
        assert "more lines: --rows" in answer.out
        assert_fits(answer.out)

    def test_as_json(self, rosearch: Callable, long_run: Path) -> None:
        record = rosearch("analyze", long_run, "--samples", "200", "--json").json
        assert record["random"]["n"] == 40
        assert record["random"]["rows"][0]["q"] <= record["random"]["rows"][-1]["q"]

    def test_where_nothing_is_nothing_is_found(self, rosearch: Callable, cut_run: Callable) -> None:
        rng = SeedTree(1).generator()
        trials = [
            Trial(
                proposal=trial.proposal,
                metrics={**trial.metrics, "robustness": rng.random(), "robust_accuracy": rng.random()},
            )
            for trial in instant_search(RandomSearch(), DagSpace.preset("default"), trials=20, seed=0)
        ]
        answer = rosearch("analyze", cut_run(0, *trials), "--samples", "200")
        assert answer.words.count("nothing found: no feature has q <= 0.05") == 2
